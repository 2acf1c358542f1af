import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { eventually } from "../../../shared/testing/eventually.ts";
import { createTestClock, PASSWORD, startAccess, type TestAccess } from "../testing.ts";

let server: TestAccess;
const clock = createTestClock();
beforeEach(async () => {
  server = await startAccess({ clock });
});
afterEach(() => server.stop());

const tokenOf = (line = server.console.at(-1)) => /#token=(\S+)/.exec(line ?? "")?.[1] ?? "";
const finish = (token: unknown, username = "ada", password = PASSWORD) =>
  server.ask("POST", "/api/setup", { body: { token, username, password } });

test("prints its address on the console, and keeps the token in a file for the owner only", async () => {
  expect(server.console).toHaveLength(1);
  expect(server.console[0]).toMatch(/open http:\/\/localhost:3005\/setup#token=[\w-]{43}$/);
  const file = join(server.dataDir, "setup-token");
  expect(readFileSync(file, "utf8").trim()).toBe(tokenOf());
  expect((statSync(file).mode & 0o777).toString(8)).toBe("600");
  expect((await server.ask("GET", "/api/setup")).body).toEqual({ success: true, needed: true });
});

test("creates one administrator, logs in at once, and is gone afterwards", async () => {
  const answer = await finish(tokenOf());
  expect(answer.status).toBe(201);
  expect(answer.body.principal).toMatchObject({ kind: "user", name: "ada", role: "admin" });
  expect((await server.ask("GET", "/api/session", { cookie: answer.cookie })).status).toBe(200);
  expect((await finish(tokenOf(), "eve")).status).toBe(410);
  expect((await finish("x", "eve")).status).toBe(410);
  expect(existsSync(join(server.dataDir, "setup-token"))).toBe(false);
  expect((await server.ask("GET", "/api/setup")).body.needed).toBe(false);
  await server.restart();
  expect(server.console).toHaveLength(1);
  expect((await finish(tokenOf(), "eve")).status).toBe(410);
});

test.each([["no"], [""], [null], [["x"]], [{ x: 1 }]])("refuses the token %j", async (token) => {
  const answer = await finish(token);
  expect([400, 403]).toContain(answer.status);
  if (typeof token === "string" && token !== "") expect(answer.status).toBe(403);
  expect(server.access.users.count()).toBe(0);
});

test("creates exactly one administrator for many concurrent valid requests", async () => {
  const token = tokenOf();
  const answers = await Promise.all(Array.from({ length: 8 }, (_, index) => finish(token, `user${index}`)));
  expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array.from({ length: 7 }, () => 410)]);
  expect(server.access.users.count()).toBe(1);
});

test("stays open after a weak password", async () => {
  expect((await finish(tokenOf(), "ada", "passwordpassword")).status).toBe(400);
  expect((await finish(tokenOf(), "ada", "short")).status).toBe(400);
  expect((await finish(tokenOf())).status).toBe(201);
});

test("ends after 30 minutes until a restart, independent of the wall clock", async () => {
  clock.step(86_400_000);
  clock.pass(29 * 60_000);
  expect((await finish("wrong")).status).toBe(403);
  clock.step(-2 * 86_400_000);
  clock.pass(60_000);
  expect((await finish(tokenOf())).status).toBe(410);
  await eventually(() => !existsSync(join(server.dataDir, "setup-token")));
  await server.restart();
  expect((await finish(tokenOf(server.console[0]))).status).toBe(403);
  expect((await finish(tokenOf())).status).toBe(201);
});
