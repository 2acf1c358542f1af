import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { eventually } from "../../shared/testing/eventually.ts";
import { projectFolder } from "../../shared/testing/service-process.ts";
import { PASSWORD, startAccess, type TestAccess } from "../access/testing.ts";

let server: TestAccess;
beforeEach(async () => {
  server = await startAccess();
});
afterEach(() => server.stop());

const run = async (tool: "admin" | "audit", args: string[], input?: string) => {
  const child = promisify(execFile)(process.execPath, [join("api/cli", `${tool}.ts`), ...args], {
    cwd: projectFolder,
    env: { PATH: process.env.PATH, DATA_DIR: server.dataDir },
  });
  child.child.stdin?.end(input);
  return child.then(
    ({ stdout }) => ({ code: 0, stdout, stderr: "" }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  );
};
const statusWith = async (cookie: string | undefined) => (await server.ask("GET", "/api/session", { cookie })).status;
const passwordIn = (stdout: string) => /^Password: (\S+)$/m.exec(stdout)?.[1] ?? "";

test("creates a user while the server runs, who can log in at once, and closes the set-up", async () => {
  expect((await server.ask("GET", "/api/setup")).body.needed).toBe(true);
  const { stdout } = await run("admin", ["create", "grace", "--role", "operator"]);
  const answer = await server.login("grace", passwordIn(stdout));
  expect(answer.body.principal).toMatchObject({ name: "grace", role: "operator" });
  expect((await server.ask("GET", "/api/setup")).body.needed).toBe(false);
  expect((await run("admin", ["list"])).stdout).toContain("grace\toperator\tpassword only");
});

test("sets a new password; the old password and its sessions end at once, their sockets within a second", async () => {
  const cookie = await server.setUp("ada");
  const { sessionId } = (await server.ask("GET", "/api/session", { cookie })).body.principal;
  const { stdout, code } = await run("admin", ["reset-password", "ada", "--reset-second-factor"]);
  expect(code).toBe(0);
  await eventually(() => server.revoked.some(({ sessionIds }) => sessionIds.includes(sessionId)));
  expect(await statusWith(cookie)).toBe(401);
  expect((await server.login("ada", PASSWORD)).status).toBe(401);
  expect((await server.login("ada", passwordIn(stdout))).status).toBe(200);
});

test("reads a password from standard input and applies the same rules", async () => {
  await server.setUp("ada");
  const weak = await run("admin", ["reset-password", "ada", "--password-stdin"], "passwordpassword\n");
  expect(weak).toMatchObject({ code: 1, stdout: "" });
  const set = await run("admin", ["reset-password", "ada", "--password-stdin"], "a slow green train to Oslo\n");
  expect(set.stdout).not.toContain("train");
  expect((await server.login("ada", "a slow green train to Oslo")).status).toBe(200);
});

test("ends sessions and keys of a user, and keeps those of others", async () => {
  const cookie = await server.setUp("ada");
  await run("admin", ["create", "grace", "--password-stdin"], PASSWORD);
  const { cookie: other } = await server.login("grace");
  const { body } = await server.ask("POST", "/api/keys", {
    cookie: other,
    body: { name: "ci", role: "viewer", days: 1 },
  });
  expect((await run("admin", ["revoke", "grace", "--keys"])).stdout).toBe("Ended 1 sessions and 1 keys of grace.\n");
  expect(await statusWith(other)).toBe(401);
  expect((await server.ask("GET", "/api/session", { token: body.secret })).status).toBe(401);
  expect(await statusWith(cookie)).toBe(200);
});

test("writes to the same trail, and reports where it was changed", async () => {
  await server.setUp("ada");
  await run("admin", ["create", "grace"]);
  await server.login("grace", "wrong horse battery");
  expect((await run("audit", ["verify"])).stdout).toMatch(/^The audit trail is intact: 4 entries \(1 to 4\)\.\n$/);
  const file = join(server.dataDir, "audit.log");
  const lines = readFileSync(file, "utf8");
  expect(lines).toContain('"kind":"console"');
  writeFileSync(file, lines.replace('"grace"', '"gracf"'));
  expect(await run("audit", ["verify"])).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^BROKEN at audit.log, line 2:/),
  });
});

test.each([
  [[]],
  [["made-up"]],
  [["create"]],
  [["list", "x"]],
  [["create", "a", "b"]],
  [["create", "-x"]],
  [["create", "a b"]],
])("explains why it rejects %j", async (args) => {
  const { code, stderr } = await run("admin", args);
  expect(code).toBe(1);
  expect(stderr).not.toMatch(/\bat .*\.ts|node:/);
  expect(server.access.users.count()).toBe(0);
});
