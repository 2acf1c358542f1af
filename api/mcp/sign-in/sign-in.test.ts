import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { McpServer } from "../../../shared/protocol/mcp.ts";
import type { McpSignInStart } from "../../../shared/protocol/mcp-sign-in.ts";
import { eventually, HANG_MS } from "../../../shared/testing/eventually.ts";
import { freePort } from "../../../shared/testing/free-port.ts";
import {
  type ProtectedServer,
  startAuthorizationServer,
  startProtectedServer,
  type TestAuthorizationServer,
} from "../../../shared/testing/peers/authorization-server.ts";
import { type Answer, PASSWORD } from "../../access/testing.ts";
import { startApi, type TestApi } from "../../testing/api-server.ts";
import { createMcpHost } from "../host/host.ts";

let api: TestApi;
let provider: TestAuthorizationServer;
let server: ProtectedServer;
let id = "";
let admin = "";
let allowed: string[] = ["127.0.0.1"];

beforeAll(async () => {
  const config = {
    MCP_ALLOWED_COMMANDS: [],
    get MCP_ALLOWED_HOSTS() {
      return allowed;
    },
  };
  const pulse = { everyMs: 3_600_000, limitMs: 10_000 };
  const restartTimes = { firstMs: 10, maxMs: 50 };
  api = await startApi({
    change: (deps) => ({ mcp: createMcpHost({ ...deps, config, pulse, restartTimes, startMs: HANG_MS }) }),
  });
  admin = await api.loginAs("admin");
});
afterAll(() => api.close());
beforeEach(async () => {
  allowed = ["127.0.0.1"];
  provider = await startAuthorizationServer();
  server = await startProtectedServer(provider);
});
afterEach(async () => {
  if (id) await api.ask("DELETE", `/api/mcp/${id}`);
  id = "";
  await server.close();
  await provider.close();
});

const register = async (more: object = {}) => {
  const transport = { type: "http", url: server.url, headers: {}, ...more };
  const made = await api.ask("POST", "/api/mcp", { cookie: admin, body: { name: "cloud", transport } });
  expect(made.status, made.text).toBe(201);
  id = made.body.server.id;
};
const start = () => api.ask("POST", `/api/mcp/${id}/start`, { body: {} });
const current = async () => (await api.ask("GET", `/api/mcp/${id}`)).body.server as McpServer;
const call = () => api.ask("POST", `/api/mcp/${id}/tools/call`, { body: { name: "good", arguments: {} } });
const begin = (ask: object = { cookie: admin }) => api.ask("POST", `/api/mcp/${id}/sign-in`, { body: {}, ...ask });
const pathOf = (address: string) => {
  const { pathname, search } = new URL(address);
  return `${pathname}${search}`;
};
/** As a browser: to the start address, to the provider, and back. Returns the path it comes back to, and its cookie. */
const visit = async (answer: Answer, cookie = admin) => {
  expect(answer.status, answer.text).toBe(200);
  const { startUrl } = answer.body.signIn as McpSignInStart;
  const opened = await api.ask("GET", pathOf(startUrl), { cookie, origin: null });
  expect(opened.status, opened.text).toBe(302);
  const consent = await fetch(opened.headers.location ?? "", { redirect: "manual" });
  const back = consent.headers.get("location");
  expect(back, `the provider answered ${consent.status}`).not.toBeNull();
  return { back: pathOf(back ?? ""), binding: opened.cookie ?? "" };
};
const comeBack = (path: string, cookie: string | undefined) => api.ask("GET", path, { cookie, origin: null });
const signIn = async () => {
  const { back, binding } = await visit(await begin());
  const page = await comeBack(back, binding);
  expect(page.status, page.text).toBe(200);
  await eventually(async () => (await current()).status === "running");
  return page;
};
/** The access token that the server was last given. */
const expire = () => provider.valid.clear();

test("signs in by the browser, connects by itself, and never shows a token", async () => {
  await register();
  const refused = await start();
  expect(refused).toMatchObject({ status: 503, body: { error: expect.stringContaining("asks for a sign-in") } });
  expect(await current()).toMatchObject({
    status: "failed",
    signIn: { state: "needed", user: null },
    restarts: { nextAt: null },
  });
  const page = await signIn();
  expect(page.text).toContain("You are signed in to cloud.");
  expect(page.headers["content-security-policy"]).toMatch(/^default-src 'none'; style-src 'sha256-[^']+';/);
  expect(page.headers).toMatchObject({ "cache-control": "no-store", "referrer-policy": "no-referrer" });
  expect(await call()).toMatchObject({ status: 200 });
  const state = await current();
  expect(state.signIn).toMatchObject({
    state: "signed-in",
    issuer: provider.issuer,
    user: "user-1",
    renews: true,
    scope: "tools",
    expiresAt: expect.any(String),
  });
  expect(provider.registrations).toEqual([
    expect.objectContaining({
      client_name: "AI Desktop",
      redirect_uris: [`http://127.0.0.1:${api.port}/api/mcp/oauth/callback`],
      token_endpoint_auth_method: "none",
      scope: "tools",
    }),
  ]);
  expect(provider.tokenRequests[0]?.get("resource")).toBe(server.url);
  const audit = await api.ask("GET", "/api/audit?action=mcp:finish-sign-in");
  expect(audit.body.entries).toMatchObject([{ outcome: "done", actor: { name: "user-1" }, target: `cloud (${id})` }]);
  const shown = await Promise.all(
    ["", "/log", "/wire", "/about", "/snippets"].map((path) => api.ask("GET", `/api/mcp/${id}${path}`)),
  );
  const all = JSON.stringify([shown, api.emitted, audit.text, page.text]);
  for (const token of [...provider.valid]) expect(all).not.toContain(token);
  expect(all).not.toMatch(/(access|refresh)-[0-9a-f]{8}-/);
});

test("finishes by REST for the key that began, and for no other caller", async () => {
  await register();
  const key = async () => {
    const body = { name: "ci", role: "admin", days: 1, scopes: ["mcp:view", "mcp:control", "mcp:manage"] };
    const made = await api.ask("POST", "/api/keys", { body });
    expect(made.status, made.text).toBe(201);
    return made.body.secret as string;
  };
  const [mine, other] = [await key(), await key()];
  const begun = await begin({ token: mine });
  expect(begun.status, begun.text).toBe(200);
  const consent = await fetch(begun.body.signIn.authorizationUrl, { redirect: "manual" });
  const address = consent.headers.get("location") ?? "";
  // The page of the return address has no browser that began it.
  const page = await comeBack(pathOf(address), admin);
  expect(page.text).toContain("another person or in another browser");
  const finish = (token: string) => api.ask("POST", `/api/mcp/${id}/sign-in/finish`, { token, body: { address } });
  expect((await finish(other)).body.code).toBe("forbidden");
  expect((await finish(mine)).body).toMatchObject({ server: { signIn: { state: "signed-in" } } });
  expect((await finish(mine)).body.error).toContain("finished already");
});

describe("a return to the panel", () => {
  test("is taken once, by the browser and session that began it", async () => {
    await register();
    const begun = await begin();
    const { startUrl } = begun.body.signIn as McpSignInStart;
    const stranger = await api.loginAs("admin");
    expect((await api.ask("GET", pathOf(startUrl), { cookie: stranger, origin: null })).status).toBe(403);
    expect((await api.ask("GET", pathOf(startUrl), { cookie: undefined, origin: null })).status).toBe(401);
    const { back, binding } = await visit(begun);
    const rows = async () => (await api.ask("GET", "/api/audit?limit=1")).body.entries[0].id;
    const before = await rows();
    for (const cookie of [undefined, stranger, `${binding}x`]) expect((await comeBack(back, cookie)).status).toBe(403);
    expect((await comeBack(back.replace(/state=[^&]+/, "state=x"), binding)).status).toBe(403);
    expect((await api.ask("HEAD", back, { cookie: binding, origin: null })).status).toBe(405);
    expect((await api.ask("POST", back, { cookie: binding })).status).toBe(405);
    expect(await rows()).toBe(before); // nothing is recorded before the proof holds
    expect(provider.tokenRequests).toEqual([]);
    expect((await comeBack(back, binding)).status).toBe(200);
    expect((await comeBack(back, binding)).text).toContain("finished already");
    expect(provider.tokenRequests).toHaveLength(1);
  });

  test("does nothing when the session has ended", async () => {
    await register();
    const cookie = await api.loginAs("admin");
    const { back, binding } = await visit(await begin({ cookie }), cookie);
    await api.ask("DELETE", "/api/session", { cookie });
    expect((await comeBack(back, binding)).text).toContain("has ended");
    expect(provider.tokenRequests).toEqual([]);
  });

  test.for([
    ["another issuer", { iss: "https://evil.example" }, "another issuer", 403],
    ["no issuer", { iss: undefined }, "another issuer", 403],
    ["no code", { code: undefined }, "without a code", 403],
    ["a refusal of the person", { code: undefined, error: "access_denied" }, "was cancelled", 403],
    ["markup in an error", { code: undefined, error: "<img src=x>" }, "&lt;img src=x&gt;", 403],
    ["a foreign code", { code: "stolen" }, "refused: invalid_grant", 503],
  ] as const)("is refused with %s", async ([, returns, words, status]) => {
    await register();
    provider.returns = returns;
    const { back, binding } = await visit(await begin());
    const page = await comeBack(back, binding);
    expect(page.status).toBe(status);
    expect(page.text).toContain(words);
    expect(page.text).not.toContain("<img");
    expect((await current()).signIn?.state ?? "needed").toBe("needed");
  });

  test("is refused when the server was moved meanwhile", async () => {
    await register();
    const { back, binding } = await visit(await begin());
    const transport = { type: "http", url: `${server.url}/other`, headers: {} };
    await api.ask("PUT", `/api/mcp/${id}`, { cookie: admin, body: { name: "cloud", transport } });
    expect((await comeBack(back, binding)).status).toBe(403);
    expect(provider.tokenRequests).toEqual([]);
  });
});

describe("an access token", () => {
  test("is renewed once for all calls that notice its end, and replaced", async () => {
    await register();
    await signIn();
    expire();
    expect((await Promise.all([call(), call(), call(), call()])).map(({ status }) => status)).toEqual([
      200, 200, 200, 200,
    ]);
    const renewals = () => provider.tokenRequests.filter((form) => form.get("grant_type") === "refresh_token");
    expect(renewals()).toHaveLength(1);
    expect(renewals()[0]?.get("resource")).toBe(server.url);
    expire();
    expect((await call()).status).toBe(200);
    const used = renewals().map((form) => form.get("refresh_token"));
    expect(new Set(used).size).toBe(2);
  });

  test("is renewed before it ends", async () => {
    provider.expiresIn = 0.001;
    await register();
    await signIn();
    provider.expiresIn = 3_600;
    expect((await call()).status).toBe(200);
    expect(provider.tokenRequests.at(-1)?.get("grant_type")).toBe("refresh_token");
  });

  test("that cannot be renewed ends the sign-in, says so, and starts again after another", async () => {
    await register();
    await signIn();
    expire();
    provider.instead["/token"] = (_request, response) =>
      response.writeHead(400, { "content-type": "application/json" }).end(`{"error":"invalid_grant"}`);
    expect((await call()).body.error).toContain("Sign in again");
    await eventually(async () => (await current()).status === "failed");
    expect(await current()).toMatchObject({
      message: expect.stringContaining("Sign in again"),
      signIn: { state: "again", user: "user-1", renews: false },
      restarts: { nextAt: null },
    });
    provider.instead = {};
    await signIn();
    expect((await call()).status).toBe(200);
  });

  test.for(["invalid_request", "invalid_client"])(
    "ends the sign-in also when its renewal is refused as %s",
    async (error) => {
      await register();
      await signIn();
      expire();
      provider.instead["/token"] = (_request, response) =>
        response.writeHead(400, { "content-type": "application/json" }).end(JSON.stringify({ error }));
      expect((await call()).body.error).toContain(`does not renew the access token (${error}`);
      const clients = provider.registrations.length;
      expect((await begin()).status).toBe(200);
      expect(provider.registrations).toHaveLength(clients + 1); // the provider may have forgotten the client
    },
  );

  test("that the server refuses although it is new ends the sign-in, without a loop", async () => {
    await register();
    await signIn();
    server.refusal = (_request, response) => {
      response.writeHead(401, { "www-authenticate": server.challenge }).end();
      return true;
    };
    expect((await call()).body.error).toContain("does not accept the access token");
    expect(provider.tokenRequests).toHaveLength(2);
    expect((await call()).status).toBe(409);
    expect(provider.tokenRequests).toHaveLength(2);
  });

  test.for([
    ["a web page", 200, "text/html", "<h1>maintenance</h1>"],
    ["503", 503, "text/html", "busy"],
    ["429 in its own words", 429, "application/json", `{"error":"rate_limited"}`],
    ["an error of its own", 500, "application/json", `{"error":"server_error"}`],
    ["a token of another type", 200, "application/json", `{"access_token":"a","token_type":"mac"}`],
    ["a token that no header can hold", 200, "application/json", `{"access_token":"a\\nb","token_type":"bearer"}`],
    ["too much", 200, "application/json", `{"access_token":"${"a".repeat(300_000)}","token_type":"bearer"}`],
  ] as const)("stays when the authorization server answers with %s", async ([, status, type, body]) => {
    await register();
    await signIn();
    expire();
    provider.instead["/token"] = (_request, response) => response.writeHead(status, { "content-type": type }).end(body);
    const failed = await call();
    expect(failed).toMatchObject({ status: 503, body: { error: expect.stringContaining("could not be renewed") } });
    expect(failed.text).not.toContain("maintenance");
    const asked = provider.tokenRequests.length;
    expect((await call()).status).toBe(503);
    expect(provider.tokenRequests).toHaveLength(asked);
    expect((await current()).signIn?.state).toBe("signed-in");
    provider.instead = {};
    await eventually(async () => (await call()).status === 200);
  });

  test("without enough rights asks for a sign-in with more of them", async () => {
    await register();
    await signIn();
    server.refusal = (_request, response, body) => {
      if (!body.includes("tools/call")) return false;
      const challenge = `Bearer error="insufficient_scope", scope="write"`;
      response.writeHead(403, { "www-authenticate": challenge }).end();
      return true;
    };
    expect((await call()).body.error).toContain("more rights (write)");
    expect(await current()).toMatchObject({ status: "running", signIn: { state: "again" } });
    const again = await begin();
    expect(new URL(again.body.signIn.authorizationUrl).searchParams.get("scope")).toBe("tools write");
  });
});

test("signs out: revokes, forgets and stops", async () => {
  await register();
  await signIn();
  const out = await api.ask("DELETE", `/api/mcp/${id}/sign-in`, { body: {} });
  expect(out.body).toMatchObject({ server: { status: "stopped", signIn: { state: "needed", user: null } } });
  expect(provider.revoked).toEqual([expect.stringMatching(/^refresh-/)]);
  expect((await start()).body.error).toContain("asks for a sign-in");
});

/** Holds what comes to the token endpoint until `go` is called, then answers it as usual. */
const hold = () => {
  const came = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  provider.instead["/token"] = async (_request, response, body) => {
    came.resolve();
    await go.promise;
    const form = new URLSearchParams(body);
    const name = form.get("grant_type") === "refresh_token" ? "renewed" : "late";
    const given = { access_token: `access-${name}`, refresh_token: `refresh-${name}`, token_type: "bearer" };
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(given));
  };
  return { came: came.promise, go: go.resolve };
};

describe("a sign-in that ends while its tokens are on the way", () => {
  const otherClient = (url = server.url) => ({
    name: "cloud",
    transport: { type: "http", url, headers: {}, oauth: { clientId: "another" } },
  });
  test.for([
    ["a sign-out", () => api.ask("DELETE", `/api/mcp/${id}/sign-in`, { body: {} })],
    ["another client", () => api.ask("PUT", `/api/mcp/${id}`, { cookie: admin, body: otherClient() })],
    [
      "a change that was undone",
      async () => {
        for (const url of [`${server.url}/b`, server.url]) {
          const transport = { type: "http", url, headers: {} };
          await api.ask("PUT", `/api/mcp/${id}`, { cookie: admin, body: { name: "cloud", transport } });
        }
      },
    ],
    ["its removal", () => api.ask("DELETE", `/api/mcp/${id}`, { body: {} })],
  ] as const)("by %s stays ended, and the tokens are revoked", async ([, end]) => {
    await register();
    const { back, binding } = await visit(await begin());
    const { came, go } = hold();
    const page = comeBack(back, binding);
    await came;
    await end();
    go();
    expect((await page).text).toContain("changed or removed during the sign-in");
    expect(provider.revoked).toEqual(["refresh-late"]);
    expect(api.deps.database.prepare("SELECT count(*) AS rows FROM mcp_sign_in").get()?.rows).toBe(0);
  });

  test("by a sign-out during a renewal stays ended, and the renewed tokens are revoked too", async () => {
    await register();
    await signIn();
    expire();
    const { came, go } = hold();
    const called = call();
    await came;
    const out = api.ask("DELETE", `/api/mcp/${id}/sign-in`, { body: {} });
    await eventually(() => provider.revoked.length === 1);
    go();
    expect((await called).status).toBeGreaterThanOrEqual(400);
    await eventually(() => provider.revoked.includes("refresh-renewed"));
    expect((await out).body).toMatchObject({ server: { signIn: { state: "needed" } } });
  });
});

test("a refusal that repeats the tokens shows none of them", async () => {
  await register();
  await signIn();
  expire();
  provider.instead["/token"] = (_request, response, body) => {
    const token = new URLSearchParams(body).get("refresh_token");
    const words = { error: "invalid_grant", error_description: `token ${token} has ended` };
    response.writeHead(400, { "content-type": "application/json" }).end(JSON.stringify(words));
  };
  const failed = await call();
  expect(failed.body.error).toContain("invalid_grant: token ");
  await eventually(async () => (await current()).status === "failed");
  expect(JSON.stringify([failed.text, await current(), api.emitted])).not.toMatch(/refresh-[0-9a-f]{8}-/);
});

test("a client secret stays with its authorization server when the scope is changed, until it is entered again", async () => {
  const { id: clientId, secret } = provider.client;
  await register({ oauth: { clientId, clientSecret: secret, scope: "read" } });
  await signIn();
  const change = (clientSecret: string | null, scope: string) => {
    const oauth = { clientId, clientSecret, scope };
    const transport = { type: "http", url: server.url, headers: {}, oauth };
    return api.ask("PUT", `/api/mcp/${id}`, { cookie: admin, body: { name: "cloud", transport } });
  };
  const other = await startAuthorizationServer();
  expect((await change(null, "write")).body).toMatchObject({ server: { signIn: { state: "needed" } } });
  server.metadata.authorization_servers = [other.issuer];
  expect((await begin()).body.error).toContain("enter the client secret again");
  expect((await change(secret, "write")).status).toBe(200);
  expect((await begin()).body).toMatchObject({ signIn: { issuer: other.issuer } });
  await other.close();
});

test("uses a client that was entered by hand, whose secret is never shown and belongs to one authorization server", async () => {
  const { id: clientId, secret: clientSecret } = provider.client;
  await register({ oauth: { clientId, clientSecret, scope: "read" } });
  expect((await current()).transport).toMatchObject({ oauth: { clientId, hasClientSecret: true, scope: "read" } });
  await signIn();
  expect(provider.registrations).toEqual([]);
  const body = (secret: string | null | undefined, url = server.url) => ({
    name: "renamed",
    transport: { type: "http", url, headers: {}, oauth: { clientId, clientSecret: secret, scope: "read" } },
  });
  const change = (secret?: string | null, url?: string) =>
    api.ask("PUT", `/api/mcp/${id}`, { cookie: admin, body: body(secret, url) });
  expect((await change(null)).body).toMatchObject({ server: { name: "renamed", signIn: { state: "signed-in" } } });
  expect((await change(null, "http://127.0.0.1:1/mcp")).body.error).toContain("again");
  await api.ask("DELETE", `/api/mcp/${id}/sign-in`, { body: {} });
  const other = await startAuthorizationServer();
  server.metadata.authorization_servers = [other.issuer];
  expect((await begin()).body.error).toContain("enter the client secret again");
  expect(other.seen).not.toContain("/token");
  await other.close();
  expect(JSON.stringify(await api.ask("GET", "/api/activity?limit=50"))).not.toContain(clientSecret);
});

describe("what a server says about where to sign in", () => {
  const refusal = async () => {
    await register();
    const answer = await begin();
    expect(answer.body.success).toBe(false);
    return answer.body.error as string;
  };

  test("changes only after a sign-out", async () => {
    await register();
    await signIn();
    const other = await startAuthorizationServer();
    server.metadata.authorization_servers = [other.issuer];
    expect((await begin()).body.error).toContain("sign out first");
    await api.ask("DELETE", `/api/mcp/${id}/sign-in`, { body: {} });
    expect((await begin()).status).toBe(200);
    await other.close();
  });

  test.for([
    ["about another resource", { resource: "https://other.example/mcp" }, "about another resource"],
    ["by another scheme", {}, "by another scheme"],
    ["without an authorization server", { authorization_servers: [] }, "names no authorization server"],
    ["at a private address", { authorization_servers: ["https://10.0.0.1"] }, "10.0.0.1: Private addresses"],
    ["by plain http elsewhere", { authorization_servers: ["http://10.0.0.1"] }, "begin with https://"],
    ["with a script for an address", { authorization_servers: ["javascript:alert(1)"] }, "does not say where"],
  ] as const)("is refused: %s", async ([, metadata, words]) => {
    Object.assign(server.metadata, metadata);
    // As behind a proxy that ends TLS and does not say so.
    if (words === "by another scheme") server.metadata.resource = server.url.replace("http:", "https:");
    expect(await refusal()).toContain(words);
  });

  test.for([
    ["of another issuer", { issuer: "https://evil.example" }, "another issuer: https://evil.example"],
    ["without PKCE", { code_challenge_methods_supported: undefined }, "PKCE"],
    ["with plain PKCE", { code_challenge_methods_supported: ["plain"] }, "PKCE"],
    ["without codes", { response_types_supported: ["token"] }, "authorization code flow"],
    ["without registration", { registration_endpoint: undefined }, "Register one there by hand"],
    ["with a script", { authorization_endpoint: "javascript:alert(1)" }, "is not valid"],
    ["that sends the browser to a private address", { authorization_endpoint: "https://192.168.1.1/x" }, "Private"],
    ["that takes codes at a private address", { token_endpoint: "https://169.254.169.254/t" }, "Private"],
    [
      "that sends the browser to an address of 100 kB",
      { authorization_endpoint: `https://a.example/${"x".repeat(1e5)}` },
      "is not valid",
    ],
    ["that is 10 MB long", { padding: "x".repeat(10_000_000) }, "larger than 256 KiB"],
  ] as const)("leads to metadata that is refused: %s", async ([, metadata, words]) => {
    provider.metadata = metadata;
    expect(await refusal()).toContain(words);
    expect(provider.registrations).toEqual([]);
  });

  test.for([
    [
      "endless redirects",
      "/.well-known/oauth-authorization-server",
      302,
      { location: "/.well-known/oauth-authorization-server" },
    ],
    ["a redirect elsewhere", "/.well-known/oauth-authorization-server", 302, { location: "http://127.0.0.1:1/" }],
    ["a web page", "/.well-known/oauth-authorization-server", 200, { "content-type": "text/html" }],
    ["a refused registration", "/register", 403, {}],
    ["a registration that is a web page", "/register", 200, { "content-type": "text/html" }],
  ] as const)("is refused with a sentence: %s", async ([, path, status, headers]) => {
    provider.instead[path] = (_request, response) => response.writeHead(status, headers).end("<h1>hello</h1>");
    const sentence = await refusal();
    expect(sentence).toMatch(/no metadata|is not valid|refused to register the panel \(403\)|with something else/);
    expect(sentence).not.toContain("<h1>");
    expect(provider.seen.length).toBeLessThan(15);
  });

  test.for([
    ["without a slash at its end", () => new URL(server.url).origin],
    ["with one", () => `${server.url}/`],
  ] as const)("names a resource %s, which is asked for as it is written", async ([, resourceOf]) => {
    const resource = resourceOf();
    server.metadata.resource = resource;
    await register();
    await signIn();
    expect(provider.tokenRequests[0]?.get("resource")).toBe(resource);
  });

  test("is read from a challenge with spaces, single quotes and other schemes", async () => {
    const path = "/elsewhere/metadata";
    const usual = server.onGet;
    server.challenge = `Basic realm="scope=all", Bearer resource_metadata = 'http://127.0.0.1:${server.port}${path}', scope = "one"`;
    server.onGet = (request, response) => {
      if (request.url === path) return response.end(JSON.stringify({ ...server.metadata, scopes_supported: ["two"] }));
      if (request.url?.startsWith("/.well-known/"))
        return response.writeHead(200).end(`{"resource":"http://x.example"}`);
      usual?.(request, response);
    };
    await register();
    const { authorizationUrl } = (await begin()).body.signIn as McpSignInStart;
    expect(new URL(authorizationUrl).searchParams.get("scope")).toBe("one");
  });

  test.for([
    ["nothing", 404, "text/plain"],
    ["a log-in", 401, "text/plain"],
    ["a refusal", 403, "text/html"],
    ["the page of an app that responds everywhere", 200, "text/html; charset=utf-8"],
  ] as const)(
    "is found at the root of the server when its proxy has %s at the first address",
    async ([, status, type]) => {
      server.challenge = "Bearer";
      server.onGet = (request, response) => {
        if (request.url === "/mcp") return response.writeHead(405).end(); // it has no stream
        if (request.url !== "/.well-known/oauth-protected-resource")
          return response.writeHead(status, { "content-type": type }).end("<h1>welcome</h1>");
        response.end(JSON.stringify(server.metadata));
      };
      await register();
      await signIn();
      expect((await current()).signIn?.issuer).toBe(provider.issuer);
    },
  );

  test.for([
    ["nothing", 404, "text/plain"],
    ["a log-in", 401, "text/plain"],
    ["a web page", 200, "text/html"],
  ] as const)("is looked for at the server itself when it has %s in place of metadata", async ([, status, type]) => {
    const { issuer } = provider;
    server.challenge = "Bearer";
    server.onGet = (request, response) => {
      if (request.url === "/mcp") return response.writeHead(405).end(); // it has no stream
      if (request.url !== "/.well-known/oauth-authorization-server")
        return response.writeHead(status, { "content-type": type }).end("<h1>welcome</h1>");
      const own = `http://127.0.0.1:${server.port}`;
      const metadata = {
        issuer: own,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
      };
      const more = { response_types_supported: ["code"], code_challenge_methods_supported: ["S256"] };
      response.end(JSON.stringify({ ...metadata, ...more, registration_endpoint: `${issuer}/register` }));
    };
    provider.returns = { iss: undefined };
    await register();
    await signIn();
    expect((await current()).signIn?.issuer).toBe(`http://127.0.0.1:${server.port}`);
  });

  test("must be allowed", async () => {
    const { port } = new URL(provider.issuer);
    allowed = [`127.0.0.1:${server.port}`];
    expect(await refusal()).toContain(`127.0.0.1:${port}: Private addresses`);
    expect(provider.seen).toEqual([]);
  });
});

test("returns to the address by which the panel was opened: below a path, behind a proxy, and by https unless it is here", async () => {
  const config = { MCP_ALLOWED_COMMANDS: [], MCP_ALLOWED_HOSTS: ["127.0.0.1"] };
  const proxied = await startApi({
    env: { BASE_PATH: "/desk", TRUSTED_PROXIES: "127.0.0.1" },
    change: (deps) => ({ mcp: createMcpHost({ ...deps, config, startMs: HANG_MS }) }),
  });
  const transport = { type: "http", url: server.url, headers: {} };
  const made = await proxied.ask("POST", "/api/mcp", { body: { name: "cloud", transport } });
  const { id: there } = made.body.server;
  const login = await proxied.ask("POST", "/api/session", { body: { username: "ada", password: PASSWORD } });
  const headers = { "X-Forwarded-Proto": "https", "Sec-Fetch-Site": "same-origin" };
  const cookie = login.cookie?.replace(/^/, "__Host-");
  const begun = await proxied.ask("POST", `/api/mcp/${there}/sign-in`, { cookie, headers, origin: null, body: {} });
  const base = `https://127.0.0.1:${proxied.port}/desk/api/mcp/oauth`;
  expect(begun.body.signIn, begun.text).toMatchObject({ redirectUri: `${base}/callback` });
  expect(begun.body.signIn.startUrl).toContain(`${base}/start?state=`);
  const opened = await proxied.ask("GET", pathOf(begun.body.signIn.startUrl).replace("/desk", ""), {
    cookie,
    headers,
    origin: null,
  });
  expect(String(opened.headers["set-cookie"])).toMatch(
    /^__Host-ai-desktop-mcp!desk-[\w-]{12}=[\w-]{43}; .*HttpOnly; Secure; SameSite=Lax$/,
  );
  const principal = { kind: "user", id: "x", sessionId: "x", name: "x", role: "admin" } as never;
  const plain = proxied.deps.mcp.signIn.begin(there, {
    principal,
    redirectUri: "http://panel.lan/api/mcp/oauth/callback",
  });
  await expect(plain).rejects.toThrow("needs https://");
  await proxied.close();
});

test("is no longer offered when the server asks for none any more", async () => {
  await register();
  await start();
  expect((await current()).signIn).toMatchObject({ state: "needed" });
  provider.valid.add("");
  expect((await start()).body).toMatchObject({ server: { status: "running", signIn: null } });
});

test("is not offered for a server with a header of its own", async () => {
  await register({ headers: { Authorization: "Bearer own-token-1234" } });
  expect((await begin()).body.error).toContain("Authorization header of its own");
  expect((await current()).signIn).toBeNull();
});

test("forgets a sign-in with its server, and when the server moves to another address", async () => {
  await register();
  await signIn();
  const rows = () => api.deps.database.prepare("SELECT count(*) AS rows FROM mcp_sign_in").get()?.rows;
  expect(rows()).toBe(1);
  const other = await freePort();
  const transport = { type: "http", url: `http://127.0.0.1:${other}/mcp`, headers: {} };
  await api.ask("PUT", `/api/mcp/${id}`, { cookie: admin, body: { name: "cloud", transport } });
  expect(rows()).toBe(0);
});
