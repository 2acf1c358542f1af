import { once } from "node:events";
import { readdirSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { may, type Permission, permissions, roles } from "../../shared/protocol/access.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { type Ask, EMIT_TOKEN, PASSWORD, startAccess, type TestAccess } from "../access/testing.ts";
import { accessTable } from "./access-table.ts";

/** Every route of the app's own router, those of middleware left out. */
const routesOf = (server: TestAccess): string[] => [
  ...new Set(server.app.routes.flatMap(({ method, path }) => (method === "ALL" ? [] : [`${method} ${path}`]))),
];
const openRoutes = Object.entries(accessTable).flatMap(([route, { rule }]) => (rule === "public" ? [route] : []));
const concrete = (path: string) => path.replace(/:\w+/g, "0c9e0f5e-7a4b-4b5e-9a51-1d1d9d1f0a11");
/** Every row of the state and every file beside it. The trail is left out, where a log-in by OpenID is noted that was refused. */
async function stateOf({ dataDir, access }: TestAccess) {
  const database = new DatabaseSync(join(dataDir, "state.db"), { readOnly: true });
  const tables = database
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'audit_anchor'")
    .all();
  const rows = tables.map(({ name }) => {
    // What is noted twice a minute, whatever is requested: the time, and when sessions were seen.
    const all = database.prepare(`SELECT * FROM "${name}"`).all();
    const lasting = all.filter((row) => !(name === "access_state" && String(row.name).startsWith("clock_")));
    return [name, lasting.map((row) => ({ ...row, last_seen_at: 0, last_seen_tick: 0 }))];
  });
  database.close();
  const files = readdirSync(join(dataDir, ".."), { recursive: true, withFileTypes: true });
  const paths = files.map(({ parentPath, name }) => join(parentPath, name)).sort();
  // The folder for stacks is created at the first read.
  return { rows, users: access.users.all(), files: paths.filter((path) => path !== join(dataDir, "stacks")) };
}
const withoutId = (body: { requestId?: string }) => ({ ...body, requestId: undefined });

describe("without a session", () => {
  let server: TestAccess;
  beforeAll(async () => {
    server = await startAccess({ guard: { limits: { stranger: 100_000 } } });
    await server.setUp();
  });
  afterAll(() => server.stop());

  test("knows every route of the router, and no other", () => {
    expect(routesOf(server).filter((route) => !(route in accessTable))).toEqual([]);
    const mounted = new Set(routesOf(server));
    const planned = Object.keys(accessTable);
    expect(planned.filter((route) => !mounted.has(route))).toEqual([]);
  });

  test("reaches only health, set-up, log-in, OpenID and the return address of OAuth", () => {
    expect(openRoutes.sort()).toEqual([
      "GET /api/mcp/oauth/callback",
      "GET /api/oidc",
      "GET /api/oidc/callback",
      "GET /api/oidc/start",
      "GET /api/setup",
      "GET /health",
      "POST /api/session",
      "POST /api/session/passkey",
      "POST /api/session/passkey/options",
      "POST /api/setup",
    ]);
  });

  test("lists the methods of public routes, and refuses every other route and method alike", async () => {
    const paths = [...new Set(Object.keys(accessTable).map((route) => route.split(" ")[1] ?? ""))];
    const openPaths = new Set(openRoutes.map((route) => route.split(" ")[1] ?? ""));
    const bodies = new Set<string>();
    for (const path of [
      ...paths,
      "/",
      "/api",
      "/api/made-up",
      "/api/services/",
      "//health",
      "/health/../api/users",
      "/health/%2e%2e/api/users",
      "/%61pi/users",
      "/API/users",
      "/emit",
    ]) {
      const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "PURGE"];
      await Promise.all(
        methods.map(async (method) => {
          const asGet = method === "HEAD" ? "GET" : method;
          if (openRoutes.includes(`${asGet} ${path}`) || `${asGet} ${path}` === "GET /api/session") return;
          const answer = await server.ask(method, concrete(path), { origin: null });
          if (openPaths.has(path) && !(`${method} ${path}` in accessTable)) {
            expect(answer.status, `${method} ${path}`).toBe(405);
            expect(answer.headers.allow, `${method} ${path}`).toMatch(/GET|POST/);
            return;
          }
          expect(answer.status, `${method} ${path}`).toBe(401);
          if (method !== "HEAD") bodies.add(JSON.stringify(withoutId(answer.body)));
        }),
      );
    }
    expect([...bodies]).toEqual(['{"success":false,"error":"Log in first.","code":"unauthorized"}']);
  });

  test("reports an anonymous caller, and refuses a cookie or key that is no longer valid", async () => {
    const stranger = await server.ask("GET", "/api/session", { origin: null });
    expect([stranger.status, stranger.body]).toEqual([200, { success: true, principal: null }]);
    for (const cookie of ["ai-desktop=", "ai-desktop=gone", "__Host-ai-desktop=gone"]) {
      expect((await server.ask("GET", "/api/session", { cookie })).status).toBe(401);
    }
    expect((await server.ask("GET", "/api/session", { token: "aid_gone" })).status).toBe(401);
    expect((await server.ask("GET", "/api/session", { cookie: "theme=dark" })).status).toBe(200);
  });

  test.each(["aid_x", "", EMIT_TOKEN, "Bearer", "null"])("does not take %j for an API key", async (token) => {
    const headers = { Authorization: `Bearer ${token}` };
    expect((await server.ask("GET", "/api/services", { headers })).status).toBe(401);
  });

  test("says of a key that it is not accepted, and asks who sent nothing to log in", async () => {
    const sentence = async (ask: object) => (await server.ask("GET", "/api/services", ask)).body.error;
    expect(await sentence({ origin: null, token: "aid_gone" })).toMatch(/^This API key is not accepted/);
    expect(await sentence({ origin: null })).toBe("Log in first.");
  });

  test.each<Record<string, string>>([
    { "X-Forwarded-For": "127.0.0.1" },
    { "X-Real-IP": "127.0.0.1" },
    { Forwarded: "for=127.0.0.1" },
    { "X-Forwarded-User": "ada" },
    { "X-HTTP-Method-Override": "GET" },
  ])("believes no header such as %j", async (headers) => {
    expect((await server.ask("GET", "/api/users", { headers })).status).toBe(401);
  });

  test("shows health and nothing more", async () => {
    expect((await server.ask("GET", "/health")).body).toEqual({ success: true, status: "healthy" });
    for (const path of ["/metrics", "/ready"]) expect((await server.ask("GET", path)).status).toBe(401);
    for (const path of ["/metrics", "/ready"]) {
      expect([200, 503]).toContain((await server.ask("GET", path, { origin: null, token: EMIT_TOKEN })).status);
    }
  });
});

describe("with a session", () => {
  let server: TestAccess;
  let cookie: string;
  beforeAll(async () => {
    server = await startAccess({ env: { PUBLIC_ORIGIN: "https://panel.example" } });
    cookie = await server.setUp();
  });
  afterAll(() => server.stop());
  /** Each test begins with the administrator alone. */
  beforeEach(() => server.removeOtherUsers());

  const change = (ask: Ask = {}, method = "POST") =>
    server.ask(method, "/api/users", {
      cookie,
      body: { username: "eve", role: "admin", password: PASSWORD },
      ...ask,
    });
  const unchanged = () => expect(server.access.users.count()).toBe(1);
  const session = async (username: string, role: string) => {
    await server.ask("POST", "/api/users", { cookie, body: { username, role, password: PASSWORD } });
    return (await server.login(username)).cookie;
  };

  test.each([
    "https://evil.example",
    "null",
    "http://localhost:3005.evil.example",
    "https://localhost:3005",
    "http://localhost:3006",
    "HTTP://LOCALHOST:3005",
    "http://localhost",
    "https://panel.example.evil.example",
    "https://sub.panel.example",
    "",
  ])("refuses a change, and shows nothing, to a page of %j", async (origin) => {
    const answer = await change({ origin });
    expect(answer.status).toBe(403);
    expect(answer.headers["access-control-allow-origin"]).toBeUndefined();
    unchanged();
    const read = await server.ask("GET", "/api/users", { cookie, origin });
    expect(read.headers["access-control-allow-origin"]).toBeUndefined();
    const preflight = await server.ask("OPTIONS", "/api/users", {
      origin,
      headers: { "Access-Control-Request-Method": "POST" },
    });
    expect(preflight.status).toBe(403);
    expect(preflight.headers["access-control-allow-origin"]).toBeUndefined();
  });

  test.each([
    ["no Origin and no Sec-Fetch-Site", null, undefined],
    ["Sec-Fetch-Site cross-site", null, "cross-site"],
    ["Sec-Fetch-Site same-site without Origin", null, "same-site"],
    ["Sec-Fetch-Site none", null, "none"],
    ["a listed Origin that the browser calls cross-site", undefined, "cross-site"],
  ])("refuses a change with a cookie and %s", async (_, origin, site) => {
    const answer = await change({
      ...(origin === null ? { origin } : {}),
      ...(site ? { headers: { "Sec-Fetch-Site": site } } : {}),
    });
    expect(answer.status).toBe(403);
    unchanged();
  });

  test.each([
    ["of the same origin", null, "same-origin"],
    ["of the web app on its own port", undefined, "same-site"],
    ["of a listed origin in a browser that says no more", undefined, undefined],
  ])("takes a change %s", async (_, origin, site) => {
    const answer = await change({
      ...(origin === null ? { origin } : {}),
      ...(site ? { headers: { "Sec-Fetch-Site": site } } : {}),
    });
    expect(answer.status).toBe(201);
  });

  test.each([
    "application/x-www-form-urlencoded",
    "text/plain",
    "multipart/form-data; boundary=x",
    "application/jsonp",
    "text/json",
    "",
  ])("refuses a change sent as %j", async (type) => {
    expect((await change({ headers: { "Content-Type": type } })).status).toBe(415);
    unchanged();
  });

  test("refuses an upload of any type from a foreign page", async () => {
    const upload = (ask: Ask) =>
      server.ask("PUT", "/api/files/upload?path=/x.txt", {
        cookie,
        raw: "x",
        ...ask,
        headers: { "Content-Type": "text/plain", ...ask.headers },
      });
    expect((await upload({ origin: "https://evil.example" })).status).toBe(403);
    expect((await upload({ origin: null })).status).toBe(403);
    expect((await upload({ origin: null, headers: { "Sec-Fetch-Site": "same-site" } })).status).toBe(403);
    expect((await upload({ headers: { "Sec-Fetch-Site": "cross-site" } })).status).toBe(403);
    expect((await server.ask("GET", "/api/files", { cookie })).body.folder.entries).toEqual([]);
    expect((await upload({})).status).toBe(201);
  });

  test("lets the web app read responses and send preflights", async () => {
    const answer = await server.ask("GET", "/api/users", { cookie });
    expect(answer.headers["access-control-allow-origin"]).toBe(server.origin);
    expect(answer.headers["access-control-allow-credentials"]).toBe("true");
    expect(answer.headers.vary).toContain("Origin");
    const refused = await server.ask("GET", "/api/users");
    expect(refused.headers["access-control-allow-origin"]).toBe(server.origin);
    const preflight = await server.ask("OPTIONS", "/api/users", {
      headers: { "Access-Control-Request-Method": "POST" },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers["access-control-allow-methods"]).toContain("DELETE");
  });

  test("changes nothing by any GET", async () => {
    const before = await stateOf(server);
    for (const path of Object.keys(accessTable).flatMap((route) =>
      route.startsWith("GET ") ? [route.slice(4)] : [],
    )) {
      await server.ask("GET", concrete(path), { cookie });
    }
    expect(await stateOf(server)).toEqual(before);
    expect(server.revoked).toEqual([]);
  });

  test("refuses ambiguous bodies and numbers", async () => {
    const twice = `{"username":"eve","role":"viewer","role":"admin","password":"${PASSWORD}"}`;
    for (const raw of [twice, twice.replace('"role"', '"\\u0072ole"'), '{"limits":{"services":[],"services":null}}']) {
      const headers = { "Content-Type": "application/json" };
      const answer = await server.ask("POST", "/api/users", { cookie, raw, headers });
      expect([answer.status, answer.body.code]).toEqual([400, "invalid_input"]);
      expect(answer.body.error).toContain("the same key twice");
    }
    unchanged();
    const numbers = [
      "1e2",
      "0x10",
      "%205",
      "5%20",
      "+5",
      "05",
      "5.0",
      "-1",
      "",
      "Infinity",
      "1_0",
      "%D9%A5",
      "5&limit=6",
    ];
    for (const limit of numbers) {
      const routes = ["audit", "alerts/history", "alerts/bell", "files", "logs", "logs/histogram"];
      for (const route of routes) {
        const name = route === "logs/histogram" ? "buckets" : "limit";
        const query = `${name}=${limit.replace("limit", name)}`;
        expect((await server.ask("GET", `/api/${route}?${query}`, { cookie })).status, `${route} ${query}`).toBe(400);
      }
    }
    expect((await server.ask("GET", "/api/audit?limit=5", { cookie })).status).toBe(200);
  });

  test("responds with 404 to an unknown route and with 405 to a wrong method", async () => {
    expect((await server.ask("GET", "/api/made-up", { cookie })).status).toBe(404);
    const wrong = await server.ask("PUT", "/api/users", { cookie, body: {} });
    expect(wrong.status).toBe(405);
    expect(wrong.headers.allow).toBe("GET, POST");
    expect((await server.ask("PROPFIND", "/api/users", { cookie })).status).toBe(405);
    expect(
      (await server.ask("POST", "/api/users", { cookie, headers: { "X-HTTP-Method-Override": "DELETE" } })).status,
    ).toBe(400);
  });

  test("refuses TRACE before it identifies the caller", async () => {
    for (const ask of [{ cookie }, {}]) expect((await server.ask("TRACE", "/api/users", ask)).status).toBe(405);
  });

  test("gives each role exactly what the table states", async () => {
    const cookies = new Map<string, string | undefined>([["admin", cookie]]);
    for (const role of ["viewer", "operator"]) cookies.set(role, await session(`the-${role}`, role));
    for (const [route, { rule }] of Object.entries(accessTable)) {
      const [method = "", path = ""] = route.split(" ");
      if (!(rule in permissions)) continue;
      for (const role of roles.slice(0, 2)) {
        if (may({ role, scopes: null }, rule as Permission)) continue;
        const answer = await server.ask(method, concrete(path), {
          cookie: cookies.get(role),
          ...(method === "GET" ? {} : { body: {} }),
        });
        expect(answer.status, `${role} ${route}`).toBe(403);
        expect(answer.body.code).toBe("forbidden");
      }
    }
  });

  test("sends the security headers with responses and refusals", async () => {
    const answers = [
      await server.ask("GET", "/api/users", { cookie }),
      await server.ask("GET", "/api/users"),
      await server.ask("GET", "/api/made-up", { cookie }),
      await server.ask("GET", "/health"),
      await server.ask("GET", "/health", { headers: { Host: "evil.example" } }),
    ];
    for (const { headers, status } of answers) {
      expect(headers, String(status)).toMatchObject({
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cross-origin-opener-policy": "same-origin",
        "cache-control": "no-store",
      });
      expect(headers["content-security-policy"]).toContain("default-src 'none'");
      expect(headers["content-security-policy"]).toContain("frame-ancestors 'none'");
      expect(headers["strict-transport-security"]).toBeUndefined();
    }
    const secure = await server.ask("GET", "/health", { origin: null, headers: { Host: "panel.example" } });
    expect(secure.headers["strict-transport-security"]).toMatch(/max-age=\d{8}/);
  });

  test("limits the rate of one caller without effect on others, and records the refusals", async () => {
    const strict = await startAccess({ guard: { limits: { principal: 20, change: 5, stranger: 10 } } });
    try {
      const own = await strict.setUp();
      const body = { username: "grace", role: "viewer", password: PASSWORD };
      await strict.ask("POST", "/api/users", { cookie: own, body });
      const { cookie: other } = await strict.login("grace");
      // The address is that of the socket, unless a listed proxy forwards another.
      await strict.ask("GET", "/api/users", { from: "127.0.0.8", headers: { "X-Forwarded-For": "10.9.9.9" } });
      const trail = await strict.ask("GET", "/api/audit?outcome=refused", { cookie: own });
      expect(trail.body.entries[0]).toMatchObject({ address: "127.0.0.8", status: 401, actor: { kind: "anonymous" } });

      // On a busy machine a window can end among the requests of a round: the next round is in one.
      const refused = await eventually(async () => {
        const statuses = [];
        for (let count = 0; count < 25; count++)
          statuses.push((await strict.ask("GET", "/api/session", { cookie: own })).status);
        expect(statuses.filter((status) => status === 200).length).toBeLessThanOrEqual(20);
        const last = await strict.ask("GET", "/api/session", { cookie: own });
        expect(last.status).toBe(429);
        expect((await strict.ask("GET", "/api/session", { cookie: other })).status).toBe(200);
        return last;
      });
      expect(Number(refused.headers["retry-after"])).toBeGreaterThan(0);
      let host = 9;
      await eventually(async () => {
        const from = `127.0.0.${host++}`;
        const strangers = [];
        for (let count = 0; count < 15; count++) {
          const headers = { "X-Forwarded-For": `10.0.0.${count}` };
          strangers.push((await strict.ask("GET", "/api/users", { from, headers })).status);
        }
        expect(strangers).toEqual([...Array(10).fill(401), ...Array(5).fill(429)]);
      });
    } finally {
      await strict.stop();
    }
  });
});

describe("a foreign host", () => {
  let server: TestAccess;
  let cookie: string;
  beforeAll(async () => {
    server = await startAccess();
    cookie = await server.setUp();
  });
  afterAll(() => server.stop());

  const raw = async (head: string) => {
    const socket = connect(server.port, "127.0.0.1");
    await once(socket, "connect");
    socket.end(head);
    return Number((await text(socket)).split(" ")[1]);
  };

  test.each(["evil.example", "10.0.0.1", "127.0.0.1.evil.example", "localhost.evil.example", "localhost:1"])(
    "%s is refused before a cookie is looked at",
    async (host) => {
      const before = server.access.sessions.of(server.access.users.all()[0]?.id ?? "")[0]?.lastSeenTick;
      const answer = await server.ask("GET", "/api/session", { cookie, headers: { Host: host } });
      expect(answer.status).toBe(421);
      expect(server.access.sessions.of(server.access.users.all()[0]?.id ?? "")[0]?.lastSeenTick).toBe(before);
    },
  );

  test("in a second header, an empty one or the request line is refused", async () => {
    const own = `127.0.0.1:${server.port}`;
    const end = "Connection: close\r\n\r\n";
    expect(await raw(`GET /health HTTP/1.1\r\nHost: ${own}\r\n${end}`)).toBe(200);
    for (const head of [
      `GET /health HTTP/1.1\r\nHost: ${own}\r\nHost: evil.example\r\n${end}`,
      `GET /health HTTP/1.1\r\nHost: ${own}\r\nHost: ${own}\r\n${end}`,
      `GET /health HTTP/1.1\r\nHost:\r\n${end}`,
      `GET http://evil.example/health HTTP/1.1\r\nHost: ${own}\r\n${end}`,
      `GET http://${own}/health HTTP/1.1\r\nHost: evil.example\r\n${end}`,
      `GET /health HTTP/1.0\r\n${end}`,
    ]) {
      expect([400, 421], head).toContain(await raw(head));
    }
  });
});

describe("the trail", () => {
  let server: TestAccess;
  let cookie: string;
  beforeAll(async () => {
    server = await startAccess({ env: { TRUSTED_PROXIES: "127.0.0.1" } });
    cookie = await server.setUp();
  });
  afterAll(() => server.stop());
  const entries = async (query = "") => (await server.ask("GET", `/api/audit${query}`, { cookie })).body.entries;

  test("names caller, action, target, address and outcome", async () => {
    const body = { username: "grace", role: "viewer", password: PASSWORD };
    const answer = await server.ask("POST", "/api/users", {
      cookie,
      body,
      headers: { "X-Forwarded-For": "6.6.6.6, 192.0.2.44" },
    });
    expect((await entries())[0]).toMatchObject({
      action: "user:create",
      outcome: "done",
      status: 201,
      actor: { kind: "user", name: "ada" },
      target: "grace",
      detail: "role viewer",
      address: "192.0.2.44",
      requestId: answer.headers["x-request-id"],
    });
    await server.ask("POST", "/api/users", { cookie, body });
    expect((await entries())[0]).toMatchObject({
      action: "user:create",
      outcome: "refused",
      status: 409,
      target: "grace",
    });
    expect(await server.trail.verify()).toMatchObject({ intact: true });
  });

  test("lists log-ins, failed ones and log-outs", async () => {
    const login = await server.login("ada");
    await server.login("ada", "wrong horse battery");
    await server.login("hunter2 typed into the wrong field");
    await server.ask("DELETE", "/api/session", { cookie: login.cookie });
    const seen = (await entries("?action=session")) as { action: string; outcome: string; target: string }[];
    expect(seen.map(({ action, outcome }) => `${action} ${outcome}`)).toEqual([
      "session:logout done",
      "session:login refused",
      "session:login refused",
      "session:login done",
    ]);
    expect(JSON.stringify(seen)).not.toContain("hunter2");
  });

  test("holds no password, code, token or key", async () => {
    const made = await server.ask("POST", "/api/keys", { cookie, body: { name: "ci", role: "viewer", days: 1 } });
    await server.login("ada", "wrong-password-in-trail?");
    const text = JSON.stringify(await entries());
    expect(made.body.secret).toMatch(/^aid_[\w-]{43}$/);
    for (const secret of [made.body.secret, PASSWORD, "wrong-password-in-trail?", cookie.split("=")[1] ?? ""]) {
      expect(text).not.toContain(secret);
    }
  });

  test("is for administrators", async () => {
    const body = { username: "linus", role: "operator", password: PASSWORD };
    await server.ask("POST", "/api/users", { cookie, body });
    const { cookie: other } = await server.login("linus");
    expect((await server.ask("GET", "/api/audit", { cookie: other })).status).toBe(403);
    expect((await server.ask("GET", "/api/audit?limit=0", { cookie })).status).toBe(400);
    expect((await server.ask("GET", "/api/audit?x=1", { cookie })).status).toBe(400);
  });
});
