import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { eventually } from "../../../shared/testing/eventually.ts";
import { createTestClock, PASSWORD, startAccess, type TestAccess } from "../testing.ts";

/** Every hash that was worked on and every password that was hashed, by the real library. */
const verified = vi.hoisted(() => [] as { passwordHash: string; password: Uint8Array }[]);
const hashed = vi.hoisted(() => [] as number[]);
/** What every check of a password waits for. */
const held = vi.hoisted(() => ({ until: Promise.resolve() }));
vi.mock(import("@node-rs/argon2"), async (importOriginal) => {
  const library = await importOriginal();
  return {
    ...library,
    hash(...[password, ...more]: Parameters<typeof library.hash>) {
      hashed.push(password.length);
      return library.hash(password, ...more);
    },
    async verify(...[passwordHash, password, ...more]: Parameters<typeof library.verify>) {
      verified.push({ passwordHash: String(passwordHash), password: Buffer.from(password as Uint8Array) });
      await held.until;
      return library.verify(passwordHash, password, ...more);
    },
  };
});
const costOf = (passwordHash: string) => passwordHash.split("$").slice(0, 4).join("$");

let server: TestAccess;
let cookie: string;
const clock = createTestClock();
/** The peer is a listed proxy: its last hop is the address. */
const via = (address: string) => ({ headers: { "X-Forwarded-For": address } });
beforeEach(async () => {
  const env = { TRUSTED_PROXIES: "127.0.0.1", PUBLIC_ORIGIN: "https://panel.example" };
  server = await startAccess({ clock, env });
  cookie = await server.setUp();
});
afterEach(() => server.stop());

const statusWith = async (session: string | undefined) =>
  (await server.ask("GET", "/api/session", { cookie: session })).status;

test("issues a new token every time, and ends the session of the earlier one", async () => {
  const planted = `ai-desktop=${"x".repeat(43)}`;
  const first = await server.login("ada", PASSWORD, { cookie: planted });
  expect(first.status).toBe(200);
  expect(first.cookie).not.toBe(planted);
  const second = await server.login("ADA", PASSWORD, { cookie: first.cookie });
  expect(second.cookie).not.toBe(first.cookie);
  expect(await statusWith(first.cookie)).toBe(401);
  expect(await statusWith(second.cookie)).toBe(200);
  expect(await statusWith(cookie)).toBe(200);
  expect(await statusWith(planted)).toBe(401);
});

test("keeps the token out of bodies, headers but one, the database and the trail", async () => {
  const answer = await server.login("ada");
  const [name, token = ""] = (answer.cookie ?? "").split("=");
  expect(name).toBe("ai-desktop");
  expect(Buffer.from(token, "base64url")).toHaveLength(32);
  expect(answer.text).not.toContain(token);
  expect(String(answer.headers["set-cookie"])).toMatch(/; Path=\/; HttpOnly; SameSite=Strict$/);
  for (const path of ["/api/session", "/api/account/sessions", "/api/audit"]) {
    expect((await server.ask("GET", path, { cookie: answer.cookie })).text).not.toContain(token);
  }
  for (const file of ["state.db", "state.db-wal", "audit.log"]) {
    expect(readFileSync(join(server.dataDir, file)).includes(token)).toBe(false);
  }
});

test("of two panels on one host, each has a cookie of its own: a browser sends both to each port", async () => {
  const second = await startAccess({ clock, env: { WEB_PORT: "4005", API_PORT: "4006", BASE_PATH: "/desk/" } });
  try {
    expect(second.console.at(-1)).toContain("http://localhost:4005/desk/setup#token=");
    const cookies = [cookie, await second.setUp()];
    expect(cookies.map((one) => one.split("=")[0])).toEqual(["ai-desktop", "ai-desktop.4006!desk"]);
    const nameAt = async (panel: TestAccess, sent: string) =>
      (await panel.ask("GET", "/api/session", { cookie: sent })).body.principal?.name;
    for (const panel of [server, second]) expect(await nameAt(panel, cookies.join("; "))).toBe("ada");
    expect(await nameAt(second, cookie)).toBeUndefined();
  } finally {
    await second.stop();
  }
});

test("sends a __Host- cookie over https, and accepts no other there", async () => {
  const https = { origin: "https://panel.example", headers: { Host: "panel.example", "X-Forwarded-For": "192.0.2.7" } };
  const answer = await server.login("ada", PASSWORD, https);
  expect(String(answer.headers["set-cookie"])).toMatch(
    /^__Host-ai-desktop=[\w-]{43}; Max-Age=604800; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
  );
  const get = (session: string | undefined) =>
    server.ask("GET", "/api/session", { origin: null, cookie: session, headers: { Host: "panel.example" } });
  expect((await get(answer.cookie)).status).toBe(200);
  expect((await get(answer.cookie?.replace("__Host-", ""))).status).toBe(401);
});

describe("a wrong log-in", () => {
  test("looks the same for a wrong password and a user who does not exist", async () => {
    const wrong = await server.login("ada", "wrong horse battery staple", via("192.0.2.1"));
    const unknown = await server.login("nobody", PASSWORD, via("192.0.2.2"));
    expect([wrong.status, unknown.status]).toEqual([401, 401]);
    const { requestId: _one, ...first } = wrong.body;
    const { requestId: _other, ...second } = unknown.body;
    expect(first).toEqual(second);
  });

  test("costs the same for a user who does not exist", async () => {
    // The work itself, and not its time: what else the machine does would be measured as well.
    const work = async (username: string) => {
      verified.splice(0);
      await server.login(username, "wrong horse battery staple", via("198.51.100.1"));
      return verified.map(({ passwordHash, password }) => [costOf(passwordHash), password.length]);
    };
    const wrong = await work("ada");
    expect(wrong).toEqual([[expect.stringMatching(/^\$argon2id\$v=19\$m=\d+,t=\d+,p=\d+$/), expect.any(Number)]]);
    expect(await work("nobody")).toEqual(wrong);
  });

  test("is refused for an address from the sixth on, without effect on others and live sessions", async () => {
    const statuses: number[] = [];
    for (let round = 0; round < 20; round++) {
      statuses.push((await server.login(`user${round}`, "wrong horse battery", via("192.0.2.1"))).status);
    }
    expect(statuses).toEqual([...Array(5).fill(401), ...Array(15).fill(429)]);
    const refused = await server.login("ada", PASSWORD, via("192.0.2.1"));
    expect(refused.status).toBe(429);
    expect(Number(refused.headers["retry-after"])).toBeGreaterThan(0);
    expect(refused.body.code).toBe("rate_limited");
    expect((await server.login("ada", PASSWORD, via("192.0.2.2"))).status).toBe(200);
    expect(await statusWith(cookie)).toBe(200);
    clock.pass(31_000);
    expect((await server.login("ada", PASSWORD, via("192.0.2.1"))).status).toBe(200);
  });

  test("slows an account down from the sixth on, but does not lock its owner out", async () => {
    const owner = await server.login("ada", PASSWORD, via("203.0.113.9"));
    const statuses: number[] = [];
    for (let round = 0; round < 20; round++) {
      statuses.push((await server.login("ada", "wrong horse battery", via(`192.0.2.${round}`))).status);
    }
    expect(statuses).toEqual([...Array(5).fill(401), ...Array(15).fill(429)]);
    expect(await statusWith(owner.cookie)).toBe(200);
    expect((await server.login("ada", PASSWORD, via("198.51.100.1"))).status).toBe(429);
    expect((await server.login("ada", PASSWORD, via("203.0.113.9"))).status).toBe(200);
    clock.pass(60_000);
    expect((await server.login("ada", PASSWORD, via("198.51.100.1"))).status).toBe(200);
  });

  test("counts concurrent ones one by one", async () => {
    const answers = await Promise.all(
      Array.from({ length: 30 }, () => server.login("ada", "wrong horse battery", via("192.0.2.1"))),
    );
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(5);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(25);
  });

  test.each([
    ["a port", (n: number) => `203.0.113.7:${40_000 + n}`, "203.0.113.7"],
    ["IPv6 and a port", (n: number) => `[2001:db8::7]:${40_000 + n}`, "2001:db8::7"],
    ["quotes", (n: number) => `"[2001:db8::7]:${n}"`, "2001:db8::7"],
    ["IPv4 as IPv6", (n: number) => `::ffff:203.0.113.7:${n}`, "203.0.113.7"],
    ["a zone", (n: number) => `fe80::7%eth${n}`, "fe80::7"],
    ["no address", () => "unknown", "127.0.0.1"],
  ])("is counted by the address when the proxy adds %s", async (_what, hop, address) => {
    const statuses: number[] = [];
    for (let round = 0; round < 12; round++) {
      statuses.push((await server.login(`user${round}`, "wrong horse battery", via(hop(round)))).status);
    }
    expect(statuses).toEqual([...Array(5).fill(401), ...Array(7).fill(429)]);
    expect((await server.login("ada", PASSWORD, via("198.51.100.1:40000"))).status).toBe(200);
    const { entries } = (await server.ask("GET", "/api/audit?action=session", { cookie })).body;
    const seen = new Set((entries as { address: string }[]).map((entry) => entry.address));
    expect(seen).toEqual(new Set(["198.51.100.1", address]));
  });

  test("is not reset by a forged address, or by another address of the same IPv6 network", async () => {
    for (let round = 0; round < 5; round++) {
      await server.login(`a${round}`, "wrong horse battery", via(`10.0.0.${round}, 2001:db8:1:2::${round}`));
    }
    expect((await server.login("a9", "wrong horse battery", via("2001:db8:1:2:ffff::1"))).status).toBe(429);
    expect((await server.login("a9", "wrong horse battery", via("2001:db8:1:3::1"))).status).toBe(401);
  });
});

test("hashes two at a time, lets 16 wait and refuses the rest, while other requests get responses", async () => {
  const gate = Promise.withResolvers<void>();
  held.until = gate.promise;
  verified.splice(0);
  let refused = 0;
  const logins = Array.from({ length: 50 }, async (_, number) => {
    const answer = await server.login(`user${number}`, "wrong horse battery", via(`192.0.2.${number}`));
    if (answer.status === 503) refused++;
    return answer;
  });
  try {
    await eventually(() => expect(refused).toBe(32));
    expect(verified).toHaveLength(2);
    expect((await server.ask("GET", "/health", {})).status).toBe(200);
  } finally {
    gate.resolve();
  }
  const answers = await Promise.all(logins);
  expect(answers.filter(({ status }) => status === 401)).toHaveLength(18);
  const busy = answers.find(({ status }) => status === 503);
  expect(busy?.body.code).toBe("overloaded");
  expect(busy?.headers["retry-after"]).toBe("1");
});

describe("a password", () => {
  const make = (username: string, password: string) =>
    server.ask("POST", "/api/users", { cookie, body: { username, password, role: "viewer" } });

  test.each([
    ["64 characters", `${"aB3$kd9_".repeat(7)}xyzw!qpo`],
    ["1,024 bytes", randomBytes(768).toString("base64")],
    ["NUL and spaces", " pass\0phrase with a hole "],
    ["characters beyond ASCII", "Пять жёлтых трамваев 🚋"],
  ])("of %s works unchanged", async (_, password) => {
    expect((await make("grace", password)).status).toBe(201);
    expect((await server.login("grace", password)).status).toBe(200);
    expect((await server.login("grace", password.slice(0, -1))).status).toBe(401);
  });

  test.each([1_025, 1_000_000])("of %i characters is refused before it is hashed", async (length) => {
    verified.splice(0);
    hashed.splice(0);
    const answers = await Promise.all([make("grace", "x".repeat(length)), server.login("ada", "x".repeat(length))]);
    for (const { status, text } of answers) {
      expect(status).toBe(400);
      expect(text).not.toContain("xxx");
    }
    expect([...verified, ...hashed]).toEqual([]);
  });

  test.each([
    ["short", "fourteen chars"],
    ["common", "password12345678"],
    ["made of the user name", "grace-grace-hopper-9"],
  ])("that is %s is refused", async (_, password) => {
    expect((await make("grace", password)).status).toBe(400);
  });
});
