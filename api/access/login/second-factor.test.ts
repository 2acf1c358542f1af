import { type TOTP, URI } from "otpauth";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createTestClock, PASSWORD, startAccess, type TestAccess } from "../testing.ts";

let server: TestAccess;
let admin: string;
const clock = createTestClock();
beforeAll(async () => {
  server = await startAccess({ clock });
  await server.setUp();
});
afterAll(() => server.stop());
/** Each test has a person of its own. */
let name = "";
let cookie = "";
let people = 0;
beforeEach(async () => {
  clock.pass(7_200_000); // what slows log-ins down is over
  admin = (await server.login("ada")).cookie ?? "";
  name = `grace${++people}`;
  const body = { username: name, role: "admin", password: PASSWORD };
  await server.ask("POST", "/api/users", { cookie: admin, body });
  cookie = (await server.login(name)).cookie ?? "";
});

const begin = () => server.ask("POST", "/api/account/totp", { cookie });
const prove = (password: string, as = cookie) =>
  server.ask("POST", "/api/session/proof", { cookie: as, body: { password } });
const confirm = (code: string) => server.ask("POST", "/api/account/totp/confirm", { cookie, body: { code } });
const login = (code?: string) => server.login(name, PASSWORD, code === undefined ? {} : { code });

/** Turns the factor on and gives what an authenticator would hold. */
async function turnOn(): Promise<{ codeNow(): string; recoveryCodes: string[] }> {
  const { body } = await begin();
  const totp = URI.parse(body.uri) as TOTP;
  const codeNow = () => totp.generate({ timestamp: clock.wall() });
  const answer = await confirm(codeNow());
  expect(answer.status).toBe(200);
  return { codeNow, recoveryCodes: answer.body.recoveryCodes };
}

test("requires a fresh proof to start, and counts after its first code", async () => {
  clock.pass(600_000);
  expect((await begin()).body).toMatchObject({ code: "forbidden", proofRequired: true });
  expect((await prove("wrong horse battery")).status).toBe(403);
  expect((await begin()).status).toBe(403);
  expect((await prove(PASSWORD)).status).toBe(200);
  const { body } = await begin();
  expect(body.uri).toContain(`secret=${body.secret}`);
  expect((await login()).status).toBe(200);
  const totp = URI.parse(body.uri) as TOTP;
  expect(totp).toMatchObject({ issuer: "AI Desktop", label: name, digits: 6, period: 30 });
  const isOn = async () => (await server.ask("GET", "/api/account", { cookie })).body.totp;
  expect((await confirm("000000")).status).toBe(400);
  expect(await isOn()).toBe(false);
  expect((await confirm(totp.generate({ timestamp: clock.wall() }))).body.recoveryCodes).toHaveLength(10);
  expect(await isOn()).toBe(true);
  expect((await begin()).status).toBe(409);
});

test("ends its set-up after ten minutes", async () => {
  const { body } = await begin();
  clock.pass(600_000);
  const code = (URI.parse(body.uri) as TOTP).generate({ timestamp: clock.wall() });
  expect((await confirm(code)).status).toBe(410);
});

test("requests a code only after a correct password", async () => {
  const { codeNow } = await turnOn();
  const missing = await login();
  expect(missing.status).toBe(401);
  expect(missing.body).toMatchObject({ code: "unauthorized", codeRequired: true });
  expect(missing.cookie).toBeUndefined();
  const wrong = await server.login(name, "wrong horse battery");
  expect(wrong.body.codeRequired).toBeUndefined();
  clock.pass(30_000);
  expect((await login(codeNow())).status).toBe(200);
});

test("accepts a code once, none of an earlier step, and one that is half a minute late", async () => {
  const { codeNow } = await turnOn();
  const used = codeNow();
  expect((await login(used)).status).toBe(401);
  clock.pass(30_000);
  const next = codeNow();
  const late = next;
  clock.pass(30_000);
  expect((await login(late)).status).toBe(200);
  expect((await login(late)).status).toBe(401);
  expect((await login(used)).status).toBe(401);
  expect((await login(codeNow())).status).toBe(200);
});

test("accepts one of many concurrent uses of a code", async () => {
  const { codeNow } = await turnOn();
  clock.pass(30_000);
  const code = codeNow();
  const answers = await Promise.all(Array.from({ length: 4 }, () => login(code)));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
});

test("accepts each recovery code once, in any spelling", async () => {
  const { recoveryCodes } = await turnOn();
  const [first = "", second = ""] = recoveryCodes;
  expect(new Set(recoveryCodes).size).toBe(10);
  expect((await login(first.toUpperCase().replaceAll("-", " "))).status).toBe(200);
  expect((await login(first)).status).toBe(401);
  expect((await login(second)).status).toBe(200);
});

test("slows guesses of the code down", async () => {
  await turnOn();
  const statuses = [];
  for (let guess = 0; guess < 8; guess++) statuses.push((await login(`00000${guess}`)).status);
  expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429, 429]);
});

test("is turned off with a fresh proof", async () => {
  await turnOn();
  const remove = () => server.ask("DELETE", "/api/account/totp", { cookie });
  clock.pass(600_000);
  expect((await remove()).body).toMatchObject({ code: "forbidden", proofRequired: true });
  expect((await prove(PASSWORD)).status).toBe(200);
  expect((await remove()).status).toBe(200);
  expect((await login()).status).toBe(200);
});

test("is removed with the sessions by an administrator", async () => {
  await turnOn();
  const { id } = (await server.ask("GET", "/api/session", { cookie })).body.principal;
  const reset = await server.ask("PATCH", `/api/users/${id}`, { cookie: admin, body: { resetFactors: true } });
  expect(reset.body.user).toMatchObject({ name, totp: false });
  expect((await server.ask("GET", "/api/session", { cookie })).status).toBe(401);
  expect((await login()).status).toBe(200);
});

test("confirms the password while others fail to log in under any name", async () => {
  const { id } = (await server.ask("GET", "/api/session", { cookie })).body.principal;
  for (const [from, tried] of Object.entries({ "127.0.0.2": `again ${id}`, "127.0.0.3": id })) {
    for (let guess = 0; guess < 6; guess++) await server.login(tried, "wrong horse battery", { from });
  }
  expect((await prove(PASSWORD)).status).toBe(200);
});

test("slows guesses of the password by a stolen session down", async () => {
  const statuses = [];
  for (let guess = 0; guess < 7; guess++) statuses.push((await prove(`wrong horse battery ${guess}`)).status);
  expect(statuses).toEqual([403, 403, 403, 403, 403, 429, 429]);
});
