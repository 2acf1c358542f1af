import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Writable } from "node:stream";
import { pino } from "pino";
import { afterEach, expect, test } from "vitest";
import { fillDisk } from "../../shared/testing/fill-disk.ts";
import { lacks } from "../../shared/testing/parts.ts";
import { tempFolder } from "../../shared/testing/temp-folder.ts";
import { type Answer, PASSWORD, startAccess, type TestAccess } from "./testing.ts";

const noNamespaces = await lacks("namespaces");
let server: TestAccess;
afterEach(() => server.stop());

/** A log that keeps everything it would write. */
function createMemoryLog() {
  let text = "";
  const stream = new Writable({
    write: (chunk, _encoding, done) => {
      text += String(chunk);
      done();
    },
  });
  return { log: pino({ level: "trace" }, stream), read: () => text };
}

test("keeps secrets out of its log and of each response, for every kind of error", async () => {
  const memory = createMemoryLog();
  server = await startAccess({ log: memory.log });
  const setupToken = /#token=(\S+)/.exec(server.console[0] ?? "")?.[1] ?? "";
  const cookie = await server.setUp();
  const { body: made } = await server.ask("POST", "/api/keys", {
    cookie,
    body: { name: "ci", role: "admin", days: 1 },
  });
  const second = await server.ask("POST", "/api/account/totp", { cookie });
  const hostile = "line one\r\nline two\u001b[2J\u009b31m";
  expect(second.status).toBe(200);
  const answers: Answer[] = [
    await server.ask("GET", "/api/session", { token: made.secret, origin: null }),
    await server.login("ada", "a wrong password nobody may read"),
    await server.login(hostile, PASSWORD),
    await server.ask("GET", `/api/users?x=${encodeURIComponent(hostile)}`, { cookie, headers: { "User-Agent": "x" } }),
    await server.ask("POST", "/api/users", { cookie, raw: '{"username": "eve", "password": "half a secr' }),
    await server.ask("POST", "/api/users", { cookie, body: { username: "eve", password: "short", role: "viewer" } }),
    await server.ask("POST", "/api/users", { cookie, raw: '{"__proto__": {"role": "admin"}}' }),
    await server.ask("PATCH", "/api/users/__proto__", { cookie, body: {} }),
    await server.ask("GET", "/api/oidc/callback?code=secret-code&state=x"),
  ];
  const secrets = [
    setupToken,
    PASSWORD,
    cookie.split("=")[1] ?? "",
    made.secret,
    "a wrong password nobody may read",
    "half a secr",
    second.body.secret,
    "secret-code",
  ];
  const seen = memory.read() + answers.map(({ text, headers }) => text + JSON.stringify(headers.location)).join("");
  for (const secret of secrets) expect(seen).not.toContain(secret);
  expect([...memory.read()].filter((character) => character < " " && character !== "\n")).toEqual([]);
  expect(({} as { role?: string }).role).toBeUndefined();
});

test("responds to an internal error with a code and an id, and logs the details", async () => {
  const memory = createMemoryLog();
  server = await startAccess({ log: memory.log });
  const cookie = await server.setUp();
  server.access.users.all = () => {
    throw new Error(`EACCES: ${server.dataDir}/state.db`);
  };
  const { status, body, text } = await server.ask("GET", "/api/users", { cookie });
  expect(status).toBe(500);
  expect(Object.keys(body).sort()).toEqual(["code", "error", "requestId", "success"]);
  expect(body.code).toBe("internal");
  expect(text).not.toMatch(/state\.db|EACCES|\.ts|at /);
  expect(memory.read()).toContain(body.requestId);
});

test.each(["{", "[]", "null", '"x"', "{}x", "\u0000", `${"[".repeat(10_000)}`])(
  "responds to the body %j with 400",
  async (raw) => {
    server = await startAccess();
    const { status, body } = await server.ask("POST", "/api/session", { raw });
    expect(status).toBe(400);
    expect(body).toMatchObject({ success: false, code: "invalid_input" });
  },
);

test.skipIf(noNamespaces)(
  "refuses changes while the audit trail cannot be written, and still serves reads",
  async () => {
    const folder = await tempFolder("full");
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=2m,mode=0700", "tmpfs", folder.path]);
    const dataDir = join(folder.path, "data");
    mkdirSync(dataDir, { mode: 0o700 });
    server = await startAccess({ env: { DATA_DIR: dataDir } });
    try {
      const cookie = await server.setUp();
      const filler = fillDisk(folder.path);
      const make = (number: number) =>
        server.ask("POST", "/api/keys", { cookie, body: { name: `key-${number}`, role: "viewer", days: 1 } });
      let refused: Answer | undefined;
      for (let number = 0; number < 200 && !refused; number++) {
        const answer = await make(number);
        if (answer.status !== 201) refused = answer;
      }
      expect(refused?.status).toBe(507);
      expect(refused?.body.code).toBe("storage_full");
      const keys = server.access.keys.all().length;
      expect((await make(999)).status).toBe(507);
      expect(server.access.keys.all()).toHaveLength(keys);
      expect((await server.login("ada")).cookie).toBeUndefined();
      expect((await server.ask("GET", "/api/keys", { cookie })).status).toBe(200);
      rmSync(filler);
      expect((await make(1_000)).status).toBe(201);
      expect(await server.trail.verify()).toMatchObject({ intact: true });
    } finally {
      await server.stop();
      execFileSync("umount", ["-l", folder.path]);
      await folder.remove();
    }
  },
);
