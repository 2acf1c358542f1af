import type { ServerResponse } from "node:http";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Log, silentLog } from "../../../shared/server/log.ts";
import { freePort } from "../../../shared/testing/free-port.ts";
import { type Answer, createTestClock, PASSWORD, startAccess, type TestAccess } from "../testing.ts";
import { startProvider, type TestProvider } from "./testing.ts";

let provider: TestProvider;
let server: TestAccess;
let admin: string;
const clock = createTestClock();

const start = async (env: Record<string, string> = {}, log: Log = silentLog()) => {
  server = await startAccess({
    clock,
    log,
    env: {
      OIDC_ISSUER: provider.issuer,
      OIDC_CLIENT_ID: provider.clientId,
      OIDC_CLIENT_SECRET: provider.clientSecret,
      ...env,
    },
  });
  admin = await server.setUp();
};
beforeAll(async () => {
  provider = await startProvider();
  await start();
});
afterAll(async () => {
  await server.stop();
  await provider.stop();
});
/** Each test begins with the administrator alone, and an honest provider. */
beforeEach(async () => {
  Object.assign(provider, { claims: {}, tamper: {}, wrongKey: false, discovery: null });
  clock.pass(3_600_000); // what slows log-ins down is over
  admin = (await server.login("ada")).cookie ?? "";
  server.removeOtherUsers();
});
/** For what another server is needed: the usual one continues beside it. */
const instead = async (work: () => Promise<void>, env: Record<string, string> = {}, log?: Log) => {
  const usual = { server, admin };
  await start(env, log);
  try {
    await work();
  } finally {
    await server.stop();
    ({ server, admin } = usual);
  }
};

const navigate = (path: string, cookie?: string) => server.ask("GET", path, { origin: null, cookie });
const begin = async () => {
  const answer = await navigate("/api/oidc/start");
  return { binding: answer.cookie, url: new URL(answer.headers.location ?? "") };
};
/** What the provider sends the browser back with. */
const consent = async (url: URL) => {
  const answer = await fetch(url, { redirect: "manual" });
  const back = new URL(answer.headers.get("location") ?? "");
  return `${back.pathname}${back.search}`;
};
const logIn = async (claims: object) => {
  provider.claims = { ...claims };
  const { binding, url } = await begin();
  return navigate(await consent(url), binding);
};
const sessionOf = (answer: Answer) =>
  (answer.headers["set-cookie"] ?? [])
    .map((line) => line.split(";")[0] ?? "")
    .find((line) => line.startsWith("ai-desktop="));
const makeUser = (username: string, fields: object = {}) =>
  server.ask("POST", "/api/users", { cookie: admin, body: { username, role: "operator", ...fields } });
const expectRefused = (answer: Answer, code = "forbidden") => {
  expect(answer.status).toBe(302);
  expect(answer.headers.location).toMatch(new RegExp(`/login\\?error=${code}$`));
  expect(sessionOf(answer)).toBeUndefined();
};

test("shows whether it is configured", async () => {
  expect((await server.ask("GET", "/api/oidc")).body).toEqual({ success: true, configured: true });
  await instead(
    async () => {
      expect((await server.ask("GET", "/api/oidc")).body.configured).toBe(false);
      expectRefused(await navigate("/api/oidc/start"), "not_supported");
    },
    { OIDC_ISSUER: "" },
  );
});

test("logs in a user that an administrator created for it, and links the identity", async () => {
  await makeUser("grace@example.com");
  const answer = await logIn({ sub: "s1", email: "grace@example.com", email_verified: true });
  expect(answer.headers.location).toBe("http://localhost:3005/");
  const { principal } = (await server.ask("GET", "/api/session", { cookie: sessionOf(answer) })).body;
  expect(principal).toMatchObject({ kind: "user", name: "grace@example.com", role: "operator" });
  const again = await logIn({ sub: "s1", email: "renamed@example.com", email_verified: true });
  expect((await server.ask("GET", "/api/session", { cookie: sessionOf(again) })).body.principal.id).toBe(principal.id);
  const { entries } = (await server.ask("GET", "/api/audit?action=session", { cookie: admin })).body;
  expect(entries[0]).toMatchObject({
    action: "session:login-oidc",
    outcome: "done",
    actor: { name: "grace@example.com" },
  });
  expectRefused(await logIn({ sub: "s2", email: "grace@example.com", email_verified: true }));
});

test("is the fresh proof for users without a password", async () => {
  await makeUser("grace");
  const claims = { sub: "s1", preferred_username: "grace" };
  const cookie = sessionOf(await logIn(claims));
  const key = (as: string | undefined) =>
    server.ask("POST", "/api/keys", { cookie: as, body: { name: "ci", role: "viewer", days: 1 } });
  expect((await key(cookie)).status).toBe(201);
  clock.pass(600_000);
  expect((await key(cookie)).body).toMatchObject({ code: "forbidden", proofRequired: true });
  const ways = await server.ask("POST", "/api/session/proof/options", { cookie, body: {} });
  expect(ways.body).toMatchObject({ password: false, oidc: true, options: null });
  const guess = await server.ask("POST", "/api/session/proof", { cookie, body: { password: PASSWORD } });
  expect(guess.status).toBe(409);
  expect((await key(cookie)).status).toBe(403);
  const again = await navigate("/api/oidc/start?again=true", cookie);
  expect(new URL(again.headers.location ?? "").searchParams.get("prompt")).toBe("login");
  const back = await consent(new URL(again.headers.location ?? ""));
  expect((await key(sessionOf(await navigate(back, `${cookie}; ${again.cookie}`)))).status).toBe(201);
  expect((await key(cookie)).status).toBe(401); // the previous session has ended
});

test("finds the user by name too", async () => {
  await makeUser("grace");
  expect(sessionOf(await logIn({ sub: "s1", preferred_username: "grace" }))).toBeDefined();
});

test.each([
  ["a stranger", { sub: "s9", preferred_username: "eve" }],
  ["an e-mail address that is not verified", { sub: "s9", email: "grace@example.com" }],
  ["an e-mail address called verified by a text", { sub: "s9", email: "grace@example.com", email_verified: "true" }],
  ["the name of a user with a password", { sub: "s9", preferred_username: "ada" }],
])("refuses %s", async (_, claims) => {
  await makeUser("grace@example.com");
  expectRefused(await logIn(claims));
});

test("creates users of the default role when the operator sets one, and takes no existing name over", () =>
  instead(makesUsers, { OIDC_DEFAULT_ROLE: "viewer" }));
async function makesUsers() {
  const answer = await logIn({ sub: "s1", preferred_username: "newcomer" });
  const { principal } = (await server.ask("GET", "/api/session", { cookie: sessionOf(answer) })).body;
  expect(principal).toMatchObject({ name: "newcomer", role: "viewer" });
  expectRefused(await logIn({ sub: "s2", preferred_username: "newcomer" }));
  expectRefused(await logIn({ sub: "s3", preferred_username: "ada" }));
  expect((await server.login("newcomer", PASSWORD)).status).toBe(401);
}

test.each([
  ["another nonce", { nonce: "x" }],
  ["another issuer", { iss: "https://evil.example" }],
  ["another audience", { aud: "other" }],
  ["an expired token", { exp: 1 }],
  ["no subject", { sub: undefined }],
])("refuses an answer with %s", async (_, tamper) => {
  await makeUser("grace");
  provider.tamper = tamper;
  expectRefused(await logIn({ sub: "s1", preferred_username: "grace" }));
  provider.tamper = {};
  expect(sessionOf(await logIn({ sub: "s1", preferred_username: "grace" }))).toBeDefined();
});

test("refuses a token with a foreign signature", async () => {
  await makeUser("grace");
  provider.wrongKey = true;
  expectRefused(await logIn({ sub: "s1", preferred_username: "grace" }));
});

test("binds the response to the browser and the log-in that started it, once", async () => {
  await makeUser("grace");
  provider.claims = { sub: "s1", preferred_username: "grace" };
  const mine = await begin();
  const other = await begin();
  const answer = await consent(mine.url);
  expectRefused(await navigate(answer));
  expectRefused(await navigate(answer, other.binding));
  expectRefused(await navigate(answer.replace(/state=[^&]+/, "state=x"), mine.binding));
  expectRefused(await navigate(answer, `${mine.binding}A`));
  expect(sessionOf(await navigate(answer, mine.binding))).toBeDefined();
  expectRefused(await navigate(answer, mine.binding));
  const late = await begin();
  const lateAnswer = await consent(late.url);
  clock.pass(600_000);
  expectRefused(await navigate(lateAnswer, late.binding));
});

test("continues in each of two tabs, and bounds the concurrent log-ins of one browser", async () => {
  await makeUser("grace");
  provider.claims = { sub: "s1", preferred_username: "grace" };
  const first = await begin();
  const second = await begin();
  const both = `${first.binding}; ${second.binding}`;
  const answer = await navigate(await consent(first.url), both);
  expect(sessionOf(answer)).toBeDefined();
  expect(answer.headers["set-cookie"]?.join()).not.toContain(second.binding?.split("=")[0]);
  expect(sessionOf(await navigate(await consent(second.url), both))).toBeDefined();
  const names = ["1", "2", "3", "4", "5"].map((number) => `ai-desktop-oidc-${number.repeat(12)}`);
  // Of a panel at a path that begins with that of this one.
  const foreign = `ai-desktop-oidc-2-${"0".repeat(12)}=x`;
  const many = [foreign, ...names.map((name) => `${name}=x`)];
  const next = await navigate("/api/oidc/start", many.join("; "));
  const dropped = (next.headers["set-cookie"] ?? []).filter((line) => line.includes("Max-Age=0"));
  expect(dropped.map((line) => line.split("=")[0])).toEqual(names.slice(0, 2));
});

test("is not displaced by log-ins that anonymous callers start, and records refusals within the budget", async () => {
  await makeUser("grace");
  provider.claims = { sub: "s1", preferred_username: "grace" };
  const mine = await begin();
  const answer = await consent(mine.url);
  // What the address `/api/oidc/start` does, without a thousand connections.
  const back = mine.url.searchParams.get("redirect_uri") ?? "";
  for (let count = 0; count < 1_025; count++) await server.access.oidc?.start(back, false);
  const lines = async (filter = "") =>
    (await server.ask("GET", `/api/audit?action=session:login-oidc&limit=500${filter}`, { cookie: admin })).body
      .entries;
  for (let count = 0; count < 150; count++) expectRefused(await navigate("/api/oidc/callback"));
  const refused: { detail: string }[] = await lines("&outcome=refused");
  expect(refused.length).toBeLessThan(100); // sixty, and four a minute
  for (const { detail } of refused) expect(detail).toMatch(/^(forbidden$|counted: )/);
  expect(sessionOf(await navigate(answer, mine.binding))).toBeDefined();
  expect((await lines())[0]).toMatchObject({ action: "session:login-oidc", outcome: "done" });
});

test("sends the binding as an HttpOnly cookie, and requires PKCE, state and nonce", async () => {
  const answer = await navigate("/api/oidc/start");
  expect(String(answer.headers["set-cookie"])).toMatch(
    /^ai-desktop-oidc-[\w-]{12}=[\w-]{100,2000}; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax$/,
  );
  const query = new URL(answer.headers.location ?? "").searchParams;
  expect(query.get("code_challenge_method")).toBe("S256");
  for (const name of ["state", "nonce", "code_challenge"]) expect(query.get(name)?.length).toBeGreaterThan(30);
  expect(query.get("redirect_uri")).toBe(`http://127.0.0.1:${server.port}/api/oidc/callback`);
});

describe("a provider whose settings cannot be used", () => {
  const warned: string[] = [];
  const log = { ...silentLog(), warn: (_fields: unknown, message: string) => void warned.push(message) } as Log;
  const json = (body: unknown) => (response: ServerResponse) =>
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
  const answer = (status: number, headers: Record<string, string>, body: string) => (response: ServerResponse) =>
    response.writeHead(status, headers).end(body);
  const cases: [string, (issuer: string) => (response: ServerResponse) => unknown, (issuer: string) => string][] = [
    [
      "an issuer that ends in a slash",
      (issuer) => json({ issuer: `${issuer}/` }),
      (issuer) =>
        `The OpenID provider gives its issuer as "${issuer}/", but OIDC_ISSUER is "${issuer}". If that is your provider, set OIDC_ISSUER=${issuer}/ and restart the API.`,
    ],
    [
      "another issuer",
      () => json({ issuer: "https://login.example.com/realms/main" }),
      () => 'gives its issuer as "https://login.example.com/realms/main", but OIDC_ISSUER is',
    ],
    [
      "no issuer",
      () => json({ hello: 1 }),
      (issuer) => `at ${issuer}/.well-known/openid-configuration are not the settings`,
    ],
    ["404", () => answer(404, {}, "no"), (issuer) => `answered 404 at ${issuer}/.well-known/openid-configuration.`],
    ["500", () => answer(500, {}, "oops"), () => "answered 500 at"],
    [
      "a redirect",
      () => answer(302, { location: "https://login.example.com/start" }, ""),
      () => "it redirects to https://login.example.com/start, which is not followed",
    ],
    ["a web page", () => answer(200, { "content-type": "text/html" }, "<p>hi"), () => "with text/html instead of JSON"],
    ["no JSON", () => answer(200, { "content-type": "application/json" }, "<oops>"), () => "are not the settings"],
    ["a cut connection", () => (response) => response.destroy(), () => "cannot be reached at"],
  ];

  test("is shown on the page and in the log with the setting to change, until it works", () => {
    const issuer = `${provider.issuer}/o/panel`;
    return instead(
      async () => {
        for (const [name, discovery, sentence] of cases) {
          warned.length = 0;
          provider.discovery = (response) => void discovery(issuer)(response);
          expectRefused(await navigate("/api/oidc/start"), "upstream_unavailable");
          const { problem } = (await server.ask("GET", "/api/oidc")).body;
          expect(problem, name).toContain(sentence(issuer));
          expect(warned, name).toEqual([problem]);
        }
        provider.discovery = json({
          issuer,
          authorization_endpoint: `${provider.issuer}/authorize`,
        }) as typeof provider.discovery;
        expect((await navigate("/api/oidc/start")).headers.location).toContain("/authorize?");
        expect((await server.ask("GET", "/api/oidc")).body).toEqual({ success: true, configured: true });
      },
      { OIDC_ISSUER: issuer },
      log,
    );
  });

  test("reports that nothing listens at its address", async () => {
    const OIDC_ISSUER = `http://127.0.0.1:${await freePort()}`;
    await instead(
      async () => {
        expectRefused(await navigate("/api/oidc/start"), "upstream_unavailable");
        const { problem } = (await server.ask("GET", "/api/oidc")).body;
        expect(problem).toMatch(/Nothing listens at this address and port\.$/);
      },
      { OIDC_ISSUER },
      log,
    );
  });
});
