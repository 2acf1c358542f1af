import { chmodSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { ConfigError } from "../../../shared/server/config.ts";
import { eventually } from "../../../shared/testing/eventually.ts";
import { createTestClock, EMIT_TOKEN, PASSWORD, startAccess } from "../testing.ts";

const HOUR = 3_600_000;
const clock = createTestClock();
const server = await startAccess({ clock });
await server.setUp();
afterAll(() => server.stop());
let cookie: string;
/** Each test begins with one session of the administrator, alone. */
beforeEach(async () => {
  clock.pass(HOUR);
  const { users, sessions } = server.access;
  sessions.endExpired(); // or a later sweep cuts sessions of the previous test
  for (const { id, name } of users.all()) {
    sessions.end(sessions.of(id).map((session) => session.id));
    if (name !== "ada") users.remove(id);
  }
  cookie = (await server.login("ada")).cookie ?? "";
  server.revoked.length = 0;
});

const statusWith = async (session: string | undefined) =>
  (await server.ask("GET", "/api/session", { cookie: session })).status;
const loggedIn = async (username = "ada") => {
  const { cookie: made, body, text } = await server.login(username);
  if (!made) throw new Error(text);
  return { cookie: made, principal: body.principal };
};
const makeUser = async (username: string, role: string) => {
  const { body } = await server.ask("POST", "/api/users", { cookie, body: { username, role, password: PASSWORD } });
  return body.user;
};
const cutIds = () => server.revoked.flatMap(({ sessionIds, principalIds }) => [...sessionIds, ...principalIds]);

describe("age", () => {
  test("ends a session after 12 hours without use, and keeps one that was used", async () => {
    const { cookie: used } = await loggedIn();
    clock.pass(11 * HOUR);
    expect(await statusWith(used)).toBe(200);
    clock.pass(HOUR);
    expect(await statusWith(cookie)).toBe(401);
    expect(await statusWith(used)).toBe(200);
  });

  test("ends a session after 7 days of any use, and cuts its sockets", async () => {
    const { cookie: used, principal } = await loggedIn();
    for (let hours = 0; hours < 7 * 24 - 6; hours += 6) {
      clock.pass(6 * HOUR);
      expect(await statusWith(used)).toBe(200);
    }
    clock.pass(6 * HOUR);
    expect(await statusWith(used)).toBe(401);
    await eventually(() => cutIds().includes(principal.sessionId));
  });

  test.each([-HOUR, 24 * HOUR, 365 * 24 * HOUR])("is not moved by a step of the wall clock by %i ms", async (step) => {
    clock.step(step);
    expect(await statusWith(cookie)).toBe(200);
    clock.pass(12 * HOUR);
    expect(await statusWith(cookie)).toBe(401);
    clock.step(-2 * step);
    expect(await statusWith(cookie)).toBe(401);
  });

  test("continues counting over a restart, with a stepped clock too", async () => {
    clock.pass(6 * HOUR);
    expect(await statusWith(cookie)).toBe(200);
    await server.restart();
    clock.step(48 * HOUR);
    expect(await statusWith(cookie)).toBe(200);
    await server.restart();
    clock.pass(12 * HOUR);
    expect(await statusWith(cookie)).toBe(401);
    clock.step(-100 * HOUR);
    await server.restart();
    expect(await statusWith(cookie)).toBe(401);
  });

  test("follows the wall clock across a restart of the machine, and never backwards", async () => {
    await server.restart(() => {
      clock.step(-48 * HOUR);
      clock.reboot();
    });
    expect(await statusWith(cookie)).toBe(200);
    await server.restart(() => {
      clock.step(12 * HOUR);
      clock.reboot();
    });
    expect(await statusWith(cookie)).toBe(401);
  });
});

describe("an end", () => {
  test("by log-out is at once, and clears the cookie", async () => {
    const { cookie: own, principal } = await loggedIn();
    const answer = await server.ask("DELETE", "/api/session", { cookie: own });
    expect(answer.status).toBe(200);
    expect(String(answer.headers["set-cookie"])).toMatch(/^ai-desktop=; Max-Age=0; Path=\//);
    expect(await statusWith(own)).toBe(401);
    expect(cutIds()).toContain(principal.sessionId);
    expect(await statusWith(cookie)).toBe(200);
  });

  test("of another session is by its id, for own sessions only", async () => {
    const { cookie: other, principal } = await loggedIn();
    await makeUser("grace", "viewer");
    const { cookie: stranger } = await loggedIn("grace");
    const { body } = await server.ask("GET", "/api/account/sessions", { cookie });
    expect(body.sessions).toHaveLength(2);
    expect(body.sessions.filter((session: { current: boolean }) => session.current)).toHaveLength(1);
    const path = `/api/account/sessions/${principal.sessionId}`;
    expect((await server.ask("DELETE", path, { cookie: stranger })).status).toBe(404);
    expect((await server.ask("DELETE", path, { cookie })).status).toBe(200);
    expect(await statusWith(other)).toBe(401);
    expect(cutIds()).toContain(principal.sessionId);
  });

  test("by a change of password ends all others and requires the old password", async () => {
    const { cookie: other, principal } = await loggedIn();
    const change = (current: string, password: string) =>
      server.ask("POST", "/api/account/password", { cookie, body: { current, password } });
    expect((await change("wrong horse battery", "a slow green train to Oslo")).status).toBe(403);
    expect(await statusWith(other)).toBe(200);
    expect((await change(PASSWORD, "passwordpassword")).status).toBe(400);
    expect((await change(PASSWORD, "a slow green train to Oslo")).status).toBe(200);
    expect(await statusWith(other)).toBe(401);
    expect(await statusWith(cookie)).toBe(200);
    expect(cutIds()).toEqual([principal.sessionId]);
    expect((await server.login("ada", PASSWORD)).status).toBe(401);
    expect((await server.login("ada", "a slow green train to Oslo")).status).toBe(200);
    expect((await change("a slow green train to Oslo", PASSWORD)).status).toBe(200);
  });

  test("of the sessions of another user by an administrator, a new role or removal reaches REST and sockets at once", async () => {
    const grace = await makeUser("grace", "operator");
    const first = await loggedIn("grace");
    expect((await server.ask("DELETE", `/api/users/${grace.id}/sessions`, { cookie })).status).toBe(200);
    expect(await statusWith(first.cookie)).toBe(401);
    expect(cutIds()).toContain(first.principal.sessionId);

    const second = await loggedIn("grace");
    await server.ask("PATCH", `/api/users/${grace.id}`, { cookie, body: { role: "viewer" } });
    const { body } = await server.ask("GET", "/api/session", { cookie: second.cookie });
    expect(body.principal.role).toBe("viewer");
    expect(cutIds()).toContain(grace.id);

    expect((await server.ask("DELETE", `/api/users/${grace.id}`, { cookie })).status).toBe(200);
    expect(await statusWith(second.cookie)).toBe(401);
    expect(cutIds()).toContain(second.principal.sessionId);
  });

  test("leaves at least one administrator", async () => {
    const { body } = await server.ask("GET", "/api/users", { cookie });
    const path = `/api/users/${body.users[0].id}`;
    expect((await server.ask("PATCH", path, { cookie, body: { role: "viewer" } })).status).toBe(409);
    expect((await server.ask("DELETE", path, { cookie })).status).toBe(409);
    expect(await statusWith(cookie)).toBe(200);
  });
});

describe("the realtime server", () => {
  const askAbout = (credentials: object[], headers = {}) => {
    const handshakes = credentials.map((one) => ({ address: "192.0.2.1", https: false, ...one }));
    return server.ask("POST", "/internal/handshakes", {
      token: EMIT_TOKEN,
      origin: null,
      headers,
      body: { handshakes },
    });
  };
  const handshake = async (credentials: object) => (await askAbout([credentials])).body.principals[0];

  test("admits the same keys to its metrics as the API", async () => {
    await server.ask("POST", "/api/users", { cookie, body: { username: "bob", role: "operator", password: PASSWORD } });
    const bob = (await server.login("bob")).cookie;
    const keyOf = async (owner: string | undefined) => {
      const made = await server.ask("POST", "/api/keys", {
        cookie: owner,
        body: { name: "m", role: "viewer", days: 1 },
      });
      return made.body.secret as string;
    };
    for (const [owner, may] of [
      [cookie, true],
      [bob, false],
    ] as const) {
      const token = await keyOf(owner);
      expect(await handshake({ token })).toMatchObject({ role: "viewer", monitor: may });
      for (const path of ["/metrics", "/ready"]) {
        const { status } = await server.ask("GET", path, { token, origin: null });
        expect([status === 403, path]).toEqual([!may, path]);
      }
    }
  });

  test("receives the caller of a cookie or key, and nothing for neither", async () => {
    const principal = await handshake({ cookie: `other=1; ${cookie}` });
    expect(principal).toMatchObject({ kind: "user", name: "ada", role: "admin", scopes: null });
    expect(principal.expiresAt).toBe(clock.wall() + 7 * 24 * HOUR);
    for (const credentials of [
      {},
      { cookie: "ai-desktop=x" },
      { token: "aid_wrong" },
      { cookie, token: "aid_wrong" },
    ]) {
      expect(await handshake(credentials)).toBeNull();
    }
  });

  test("receives the callers of several handshakes in order; an invalid one refuses no other", async () => {
    const second = await loggedIn();
    const overlong = { token: "x".repeat(513) };
    const { body } = await askAbout([
      { cookie },
      overlong,
      { cookie: 1 },
      { cookie: "x=1" },
      { cookie: second.cookie },
    ]);
    const [first, ...others] = body.principals.map((one: { sessionId: string } | null) => one?.sessionId ?? null);
    expect(others).toEqual([null, null, null, second.principal.sessionId]);
    expect(first).not.toBe(second.principal.sessionId);
    expect(first).toEqual(expect.any(String));
  });

  test("receives no caller for an http cookie when the browser came by https", async () => {
    expect(await handshake({ cookie, https: true })).toBeNull();
    expect(await handshake({ cookie: `__Host-${cookie}`, https: true })).toMatchObject({ name: "ada" });
  });

  test.each(["%s; %s", "%s; ai-desktop=x", "ai-desktop=; %s", "%s;%s", "theme=dark; %s;\tai-desktop=x"])(
    "accepts no duplicate cookie, as REST does: %s",
    async (pattern) => {
      const twice = pattern.replaceAll("%s", cookie);
      expect(await handshake({ cookie: twice })).toBeNull();
      expect(await statusWith(twice)).toBe(401);
    },
  );

  test("receives which sessions are still valid", async () => {
    const { cookie: ended, principal } = await loggedIn();
    const mine = (await handshake({ cookie })).sessionId;
    await server.ask("DELETE", "/api/session", { cookie: ended });
    const sessionIds = [principal.sessionId, mine, "made-up", "__proto__"];
    const answer = await server.ask("POST", "/internal/sessions", {
      token: EMIT_TOKEN,
      origin: null,
      body: { sessionIds },
    });
    expect(answer.body).toEqual({ success: true, valid: [mine] });
  });

  test.each<[string, { token?: string; query?: string; withCookie?: boolean }]>([
    ["no token", {}],
    ["a near miss", { token: `${EMIT_TOKEN.slice(0, -1)}f` }],
    ["a longer one", { token: `${EMIT_TOKEN}e` }],
    ["the token in the query", { query: `?token=${EMIT_TOKEN}` }],
    ["a user's cookie", { withCookie: true }],
  ])("is not believed with %s", async (_, { token, query = "", withCookie = false }) => {
    const ask = { body: { sessionIds: [] }, ...(token ? { token } : {}), ...(withCookie ? { cookie } : {}) };
    expect((await server.ask("POST", `/internal/sessions${query}`, ask)).status).toBe(401);
  });

  test("is refused through a proxy or from a page", async () => {
    for (const headers of [
      { "X-Forwarded-For": "10.0.0.1" },
      { Forwarded: "for=10.0.0.1" },
      { Origin: server.origin },
    ]) {
      expect((await askAbout([{ cookie }], headers)).status).toBe(403);
    }
  });
});

test("restricts every file of the state to its owner, and does not start with one that others can read", async () => {
  for (const name of readdirSync(server.dataDir)) {
    expect((statSync(join(server.dataDir, name)).mode & 0o777).toString(8), name).toBe("600");
  }
  expect((statSync(server.dataDir).mode & 0o777).toString(8)).toBe("700");
  chmodSync(join(server.dataDir, "state.db"), 0o640);
  await expect(server.restart()).rejects.toThrow(ConfigError);
  chmodSync(join(server.dataDir, "state.db"), 0o600);
  await server.restart().catch(() => undefined);
});

test("an administrator changes the own password with the old one only", async () => {
  const { id } = (await server.ask("GET", "/api/session", { cookie })).body.principal;
  for (const body of [{ password: "a slow green train to Oslo" }, { resetFactors: true }]) {
    expect((await server.ask("PATCH", `/api/users/${id}`, { cookie, body })).status).toBe(403);
  }
});
