import { generateKeyPairSync } from "node:crypto";
import { type TOTP, URI } from "otpauth";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Answer, createTestClock, PASSWORD, startAccess, type TestAccess } from "../testing.ts";
import { createTestAuthenticator, type Deviation } from "./testing.ts";

const ORIGIN = "https://panel.example";
const page = { origin: ORIGIN, headers: { Host: "panel.example" } };
let server: TestAccess;
let admin: string;
const clock = createTestClock();
let people = 0;

beforeAll(async () => {
  server = await startAccess({ clock, env: { PUBLIC_ORIGIN: ORIGIN } });
  await server.setUp();
  admin = (await server.login("ada", PASSWORD, page)).cookie ?? "";
});
afterAll(() => server.stop());
/** Each test has a person of its own, at one server. */
let person: { name: string; id: string; cookie: string };
beforeEach(async () => {
  clock.pass(3_600_000); // budgets of log-ins are full again
  admin = (await server.login("ada", PASSWORD, page)).cookie ?? "";
  const name = `grace${++people}`;
  const body = { username: name, role: "operator", password: PASSWORD };
  const { id } = (await server.ask("POST", "/api/users", { ...page, cookie: admin, body })).body.user;
  person = { name, id, cookie: (await server.login(name, PASSWORD, page)).cookie ?? "" };
});

/** Cookies as a browser at the page would keep them: those of `answer` over `cookie`. */
const jar = (cookie: string | undefined, answer: Answer) =>
  [cookie, ...(answer.headers["set-cookie"] ?? []).map((line) => line.split(";")[0])].filter(Boolean).join("; ");
const post = (path: string, cookie: string | undefined, body: object = {}) =>
  server.ask("POST", path, { ...page, cookie, body });
const device = () => createTestAuthenticator({ origin: ORIGIN, rpId: "panel.example" });
type Device = ReturnType<typeof device>;
const add = async (passkey: Device, deviation: Deviation = {}, name = "Laptop") => {
  const begun = await post("/api/account/passkeys/options", person.cookie);
  expect(begun.status).toBe(200);
  const response = passkey.create(begun.body.options, deviation);
  return post("/api/account/passkeys", jar(person.cookie, begun), { name, response });
};
const challenge = async () => {
  const begun = await post("/api/session/passkey/options", undefined);
  return { options: begun.body.options, cookie: jar(undefined, begun) };
};
const logIn = async (passkey: Device, deviation: Deviation = {}) => {
  const { options, cookie } = await challenge();
  return post("/api/session/passkey", cookie, { response: passkey.get(options, deviation) });
};
/** Password first; `finish` answers with whatever the second factor is. */
const begin = () => post("/api/session", undefined, { username: person.name, password: PASSWORD });
const account = async (cookie = person.cookie) => (await server.ask("GET", "/api/account", { ...page, cookie })).body;

test("starts no session as a second factor when the password was changed or the user removed during the check", async () => {
  await add(device());
  const { access } = server;
  const attempt = (meanwhile: () => unknown) =>
    access.login({
      username: person.name,
      password: PASSWORD,
      address: "127.0.0.1",
      bucket: "127.0.0.1",
      passkey: async () => meanwhile(),
    });
  const { passwordHash = null } = access.users.byId(person.id) ?? {};
  const other = await access.passwords.hash("quite another long password");
  await expect(attempt(() => access.users.change(person.id, { passwordHash: other }))).rejects.toThrow("wrong");
  access.users.change(person.id, { passwordHash });
  expect((await attempt(() => {})).id).toBe(person.id);
  await expect(attempt(() => access.users.remove(person.id))).rejects.toThrow("wrong");
});

test("is added with a fresh proof, listed, renamed, used as the whole log-in, and removed", async () => {
  const laptop = device();
  const phone = device();
  const made = await add(laptop);
  expect(made.status).toBe(201);
  expect(made.body).toMatchObject({ passkey: { name: "Laptop", lastUsedAt: null } });
  expect(made.body.recoveryCodes).toHaveLength(10);
  expect((await add(laptop)).status).toBe(409);
  const second = await add(phone, {}, "Phone");
  expect(second.body.recoveryCodes).toBeNull();
  const path = `/api/account/passkeys/${made.body.passkey.id}`;
  const rename = await server.ask("PATCH", path, { ...page, cookie: person.cookie, body: { name: "Old laptop" } });
  expect(rename.status).toBe(200);

  const entered = await logIn(laptop);
  expect(entered.body.principal).toMatchObject({ kind: "user", name: person.name, role: "operator" });
  expect(entered.headers["set-cookie"]?.some((line) => line.startsWith("__Host-ai-desktop="))).toBe(true);
  const own = await account();
  expect(own.passkeys.map(({ name }: { name: string }) => name)).toEqual(["Old laptop", "Phone"]);
  expect(own.passkeys[0].lastUsedAt).toBe(new Date(clock.wall()).toISOString());
  expect(own).toMatchObject({ passkeyHost: "panel.example", passkeyProblem: null, recoveryCodes: 10 });
  const { users } = (await server.ask("GET", "/api/users", { ...page, cookie: admin })).body;
  expect(users.find(({ id }: { id: string }) => id === person.id)).toMatchObject({ passkeys: 2, totp: false });
  const trail = await server.ask("GET", `/api/audit?who=${person.name}`, { ...page, cookie: admin });
  expect(trail.body.entries.map(({ action }: { action: string }) => action)).toEqual([
    "session:login-passkey",
    "account:passkey-rename",
    "account:passkey-add",
    "account:passkey-add",
    "account:passkey-add",
    "session:login",
  ]);

  const remove = () => server.ask("DELETE", path, { ...page, cookie: person.cookie });
  clock.pass(600_000);
  expect((await remove()).body).toMatchObject({ code: "forbidden", proofRequired: true });
  expect((await post("/api/account/passkeys/options", person.cookie)).body.proofRequired).toBe(true);
  const ways = await post("/api/session/proof/options", person.cookie);
  expect(ways.body).toMatchObject({ password: true, oidc: false });
  const proof = { passkey: phone.get(ways.body.options) };
  expect((await post("/api/session/proof", jar(person.cookie, ways), proof)).status).toBe(200);
  expect((await remove()).status).toBe(200);
  expect((await remove()).status).toBe(404);
  expect((await logIn(laptop)).status).toBe(401);
  expect((await logIn(phone)).status).toBe(200);
});

test("is a second factor from the first passkey on, instead of the code, and keeps recovery codes", async () => {
  const key = device();
  // A security key without a PIN: good for the second factor, and for nothing alone.
  const { recoveryCodes, passkey } = (await add(key, { userVerified: false })).body;
  const alone = await logIn(key, { userVerified: false });
  expect([alone.status, alone.body.error]).toEqual([401, expect.stringContaining("set a PIN on it")]);
  const asked = await begin();
  expect([asked.status, asked.body.codeRequired]).toEqual([401, true]);
  expect(asked.body.factors).toMatchObject({ totp: false, passkey: { allowCredentials: [{ id: key.credentialId }] } });
  const withPasskey = (from: Answer, response: object) =>
    post("/api/session", jar(undefined, from), { username: person.name, password: PASSWORD, passkey: response });
  const right = key.get(asked.body.factors.passkey, { userVerified: false });
  expect((await withPasskey(asked, right)).status).toBe(200);
  expect((await withPasskey(asked, right)).body).toMatchObject({ codeRequired: true });
  const withCode = (code: string) =>
    post("/api/session", undefined, { username: person.name, password: PASSWORD, code });
  expect((await withCode(recoveryCodes[0])).status).toBe(200);
  expect((await withCode(recoveryCodes[0])).status).toBe(401);
  clock.pass(60_000);

  const { uri } = (await post("/api/account/totp", person.cookie)).body;
  const code = () => (URI.parse(uri) as TOTP).generate({ timestamp: clock.wall() });
  const confirmed = await post("/api/account/totp/confirm", person.cookie, { code: code() });
  expect(confirmed.body.recoveryCodes).toHaveLength(10);
  expect((await begin()).body.factors).toMatchObject({ totp: true, passkey: { rpId: "panel.example" } });
  // Without the authenticator there is still the passkey, and the recovery codes.
  expect((await server.ask("DELETE", "/api/account/totp", { ...page, cookie: person.cookie })).status).toBe(200);
  expect((await begin()).body.factors).toMatchObject({ totp: false });
  expect((await withCode(confirmed.body.recoveryCodes[0])).status).toBe(200);
  const path = `/api/account/passkeys/${passkey.id}`;
  expect((await server.ask("DELETE", path, { ...page, cookie: person.cookie })).status).toBe(200);
  expect((await begin()).status).toBe(200);
  expect((await account()).recoveryCodes).toBe(9);
});

test("is removed with all other factors by an administrator only", async () => {
  const passkey = device();
  const other = device();
  const { id } = (await add(passkey)).body.passkey;
  const body = { username: `mallory${people}`, role: "operator", password: PASSWORD };
  await server.ask("POST", "/api/users", { ...page, cookie: admin, body });
  const { cookie: stranger } = await server.login(body.username, PASSWORD, page);
  const path = `/api/account/passkeys/${id}`;
  expect((await server.ask("DELETE", path, { ...page, cookie: stranger })).status).toBe(404);
  const name = { name: "mine" };
  expect((await server.ask("PATCH", path, { ...page, cookie: stranger, body: name })).status).toBe(404);
  // A creation begun by one person is no good to another.
  const begun = await post("/api/account/passkeys/options", person.cookie);
  const response = other.create(begun.body.options);
  expect((await post("/api/account/passkeys", jar(stranger, begun), { name: "x", response })).status).toBe(401);
  const reset = { resetFactors: true };
  const answer = await server.ask("PATCH", `/api/users/${person.id}`, { ...page, cookie: admin, body: reset });
  expect(answer.body.user).toMatchObject({ passkeys: 0, totp: false });
  expect((await logIn(passkey)).status).toBe(401);
  expect((await begin()).status).toBe(200);
});

describe("a response", () => {
  let passkey: Device;
  beforeEach(async () => {
    passkey = device();
    await add(passkey);
  });

  test.each<[string, Deviation]>([
    ["of another page", { origin: "https://evil.example" }],
    ["of the panel over plain http", { origin: "http://panel.example" }],
    ["for another host", { rpId: "evil.example" }],
    ["to another challenge", { challenge: Buffer.alloc(32).toString("base64url") }],
    ["of a device that did not check who uses it", { userVerified: false }],
    ["with another key", { key: generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey }],
    ["in another person's name", { userHandle: Buffer.from("somebody else").toString("base64url") }],
  ])("%s lets nobody in", async (_what, deviation) => {
    const refused = await logIn(passkey, deviation);
    expect([refused.status, refused.body.code]).toEqual([401, "unauthorized"]);
    expect((await logIn(passkey)).status).toBe(200);
  });

  test("without a user handle logs in: authenticators may omit it", async () => {
    expect((await logIn(passkey, { userHandle: null })).status).toBe(200);
  });

  test("is valid once, in the browser of its challenge, for ten minutes and for one purpose", async () => {
    const { options, cookie } = await challenge();
    const response = passkey.get(options);
    const other = await challenge();
    const send = (from: string | undefined) => post("/api/session/passkey", from, { response });
    expect((await send(undefined)).status).toBe(401);
    expect((await send(other.cookie)).status).toBe(401);
    expect((await send(`${cookie}; ${cookie}`)).status).toBe(401);
    const asProof = await post("/api/session/proof", `${person.cookie}; ${cookie}`, { passkey: response });
    expect(asProof.status).toBe(403);
    const both = await Promise.all([send(cookie), send(cookie)]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 401]);
    const late = await challenge();
    const lateResponse = passkey.get(late.options);
    clock.pass(600_000);
    expect((await post("/api/session/passkey", late.cookie, { response: lateResponse })).status).toBe(401);
  });

  test("of a copy with an older counter is refused", async () => {
    expect((await logIn(passkey, { counter: 7 })).status).toBe(200);
    for (const counter of [7, 6, 0]) expect((await logIn(passkey, { counter })).status).toBe(401);
    expect((await logIn(passkey, { counter: 8 })).status).toBe(200);
  });

  test("that is malformed or holds an attestation is refused", async () => {
    const { options, cookie } = await challenge();
    const { response, ...rest } = passkey.get(options);
    for (const broken of [{}, { ...rest }, { ...rest, response: { ...response, signature: "+/=" } }]) {
      expect((await post("/api/session/passkey", cookie, { response: broken })).status).toBe(400);
    }
    const begun = await post("/api/account/passkeys/options", person.cookie);
    const made = device().create(begun.body.options);
    const bytes = Buffer.from(made.response.attestationObject, "base64url").toString("latin1");
    const attested = Buffer.from(bytes.replace("dnone", "dfido"), "latin1").toString("base64url");
    const body = { name: "x", response: { ...made, response: { ...made.response, attestationObject: attested } } };
    expect((await post("/api/account/passkeys", jar(person.cookie, begun), body)).status).toBe(400);
  });
});

test("explains why passkeys are unavailable at an http address, and requests none", async () => {
  const plain = await startAccess({ clock, env: { PUBLIC_ORIGIN: "http://192.0.2.7:3005" } });
  try {
    const cookie = await plain.setUp();
    const { passkeyProblem } = (await plain.ask("GET", "/api/account", { cookie })).body;
    expect(passkeyProblem).toContain("http://192.0.2.7:3005");
    const refused = await plain.ask("POST", "/api/account/passkeys/options", { cookie, body: {} });
    expect([refused.status, refused.body.error]).toEqual([501, passkeyProblem]);
    const options = await plain.ask("POST", "/api/session/passkey/options", { body: {} });
    expect(options.body).toEqual({ success: true, options: null });
  } finally {
    await plain.stop();
  }
});
