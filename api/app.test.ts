import { once } from "node:events";
import { connect } from "node:net";
import { hc } from "hono/client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PASSWORD, WEB_ORIGIN } from "./access/testing.ts";
import { accessOf } from "./actions/access-rows.ts";
import { actions } from "./actions/list.ts";
import { type ApiApp, createApi } from "./app.ts";
import { accessTable, exceptionRoutes, readRoutes } from "./http/access-table.ts";
import { startApi, type TestApi } from "./testing/api-server.ts";

let api: TestApi;
beforeAll(async () => {
  // There are more routes than requests that a stranger has in a minute.
  api = await startApi({ guard: { limits: { stranger: 100_000 } } });
});
afterAll(() => api.close());

describe("the routes", () => {
  const routes = () =>
    createApi(api.deps)
      .routes.filter(({ method }) => method !== "ALL")
      .map(({ method, path }) => `${method} ${path}`);

  test("are those of the access table, no more and no fewer", () => {
    expect([...new Set(routes())].sort()).toEqual(Object.keys(accessTable).sort());
  });

  test("that change something are actions, but for those listed with a reason, and each is listed once", () => {
    const tables = [accessOf(actions), readRoutes, exceptionRoutes].map((table) => Object.keys(table));
    expect(tables.flat().sort()).toEqual(Object.keys(accessTable).sort());
    expect(Object.values(readRoutes).filter(({ action }) => action !== undefined)).toEqual([]);
    const subjects = Object.values(exceptionRoutes).map(({ action }) => action?.replace(/[:-].*/, ""));
    expect([...new Set(subjects)].sort()).toEqual(["service", "session", "setup"]);
    for (const { method, path, name, permission } of actions) {
      expect(accessTable[`${method} /api${path}`]).toMatchObject({ rule: permission, action: name });
    }
  });

  test("answer a stranger with one and the same refusal, save the few that are public", async () => {
    for (const [route, { rule }] of Object.entries(accessTable)) {
      if (rule === "public" || rule === "stranger-or-signed-in") continue;
      const [method = "", path = ""] = route.split(" ");
      for (const asked of method === "GET" ? ["GET", "HEAD"] : [method]) {
        const { status, body } = await api.ask(asked, path.replace(/:\w+/g, "x"), {
          cookie: undefined,
          body: asked === "GET" || asked === "HEAD" ? undefined : {},
        });
        expect([asked, path, status]).toEqual([asked, path, 401]);
        if (asked !== "HEAD")
          expect(body).toEqual({
            success: false,
            error: "Log in first.",
            code: "unauthorized",
            requestId: body.requestId,
          });
      }
    }
  });

  test("are known to the typed client", async () => {
    const { cookie } = await api.ask("POST", "/api/session", {
      cookie: undefined,
      body: { username: "ada", password: PASSWORD },
    });
    const client = hc<ApiApp>(`http://127.0.0.1:${api.port}`, {
      headers: { Cookie: cookie ?? "", Origin: WEB_ORIGIN },
    });
    const answer = await client.api.services.$get({ query: {} });
    const { services, engine } = await answer.json();
    expect([services.length, engine.state]).toEqual([0, "absent"]);
    const missing = await client.api.deployments[":id"].$get({ param: { id: "worker" } });
    expect(missing.status).toBe(503);
  });
});

describe("every answer", () => {
  test.each([
    ["of success", "GET", "/api/system", 200],
    ["to a stranger's path", "GET", "/api/nothing", 404],
    ["of a missing part", "GET", "/api/services/web", 503],
    ["to an unknown method", "TRACE", "/api/system", 405],
    ["of the health check", "GET", "/health", 200],
  ])("%s carries the headers that keep a browser safe, and its request's id", async (_, method, path, expected) => {
    const { status, headers, body } = await api.ask(method, path, { headers: { "X-Request-Id": "mine" } });
    expect(status).toBe(expected);
    expect(headers).toMatchObject({
      "cache-control": "no-store",
      "content-security-policy": expect.stringContaining("default-src 'none'"),
      "cross-origin-opener-policy": "same-origin",
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
      "x-request-id": expect.stringMatching(/^[0-9a-f-]{36}$/),
      "access-control-allow-origin": WEB_ORIGIN,
      "access-control-allow-credentials": "true",
    });
    expect(headers).not.toHaveProperty("strict-transport-security");
    if (status >= 400) expect(body.requestId).toBe(headers["x-request-id"]);
  });

  test("is open to pages of listed origins only", async () => {
    const { headers, status } = await api.ask("GET", "/health", { origin: "https://evil.example" });
    expect(headers).not.toHaveProperty("access-control-allow-origin");
    expect(status).toBe(403);
  });
});

describe("bodies", () => {
  const folder = "/api/files/folder";

  test("above 1 MiB are refused, whether their length is declared or not", async () => {
    const body = JSON.stringify({ path: "x".repeat(1_100_000) });
    const { headers } = await api.ask("POST", "/api/session", {
      cookie: undefined,
      body: { username: "ada", password: PASSWORD },
    });
    const cookie = String(headers["set-cookie"]?.[0]).split(";", 1)[0] ?? "";
    // The last one is more than the buffers of a connection hold: its sender reads the response when all is sent.
    for (const sent of [body, new Blob([body]).stream(), body.repeat(7)]) {
      const answer = await fetch(`http://127.0.0.1:${api.port}${folder}`, {
        method: "POST",
        headers: { "Content-Type": "application/json", Cookie: cookie, Origin: WEB_ORIGIN },
        body: sent,
        duplex: "half",
      });
      expect([answer.status, await answer.json()]).toEqual([413, expect.objectContaining({ code: "too_large" })]);
    }
  });

  test("of a text file may be as long as a text file", async () => {
    const content = '"\n'.repeat(800_000);
    const { status } = await api.ask("PUT", "/api/files/text", { body: { path: "/long.txt", content } });
    expect(status).toBe(200);
  });

  test.each([
    ["{", 400, "invalid_input"],
    ["", 400, "invalid_input"],
    ["[]", 400, "invalid_input"],
    ["null", 400, "invalid_input"],
    ['{"path":1}', 400, "invalid_input"],
    ['{"path":"/a","more":1}', 400, "invalid_input"],
    ['{"path":"/a","__proto__":{"polluted":1}}', 400, "invalid_input"],
    ['{"path":"/a","constructor":{"prototype":{"polluted":1}}}', 400, "invalid_input"],
  ])("that do not fit are refused in one sentence: %s", async (raw, status, code) => {
    const length = String(Buffer.byteLength(raw));
    const answer = await api.ask("POST", folder, {
      raw,
      headers: { "Content-Type": "application/json", "Content-Length": length },
    });
    expect([answer.status, answer.body?.code]).toEqual([status, code]);
    expect(answer.body.error).toMatch(/^[A-Z][^\n]*\.$/);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  test("of another type than JSON are refused before they are read", async () => {
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]) {
      const headers = { "Content-Type": type, "Content-Length": "2" };
      expect((await api.ask("POST", folder, { raw: "{}", headers })).status).toBe(415);
    }
  });
});

test("a request line with a host of its own, or two hosts, is misdirected", async () => {
  for (const head of [
    "GET http://evil.example/health HTTP/1.1\r\nHost: evil.example",
    `GET /health HTTP/1.1\r\nHost: localhost:${api.port}\r\nHost: evil.example`,
    "GET /health HTTP/1.1\r\nHost: evil.example",
    "GET /health HTTP/1.1\r\nHost:",
  ]) {
    const socket = connect(api.port, "127.0.0.1");
    let answer = "";
    socket.setEncoding("latin1").on("data", (text: string) => {
      answer += text;
    });
    socket.write(`${head}\r\nConnection: close\r\n\r\n`);
    await once(socket, "close");
    expect(answer).toMatch(/^HTTP\/1\.1 (400|421) /);
  }
});

test("a failure nobody foresaw tells nothing but the request's id", async () => {
  const broken = await startApi({
    change: () => ({
      metrics: {
        sample: () => Promise.reject(new Error("/etc/secret: at line 1")),
        info: () => Promise.reject(new Error("/etc/secret")),
      },
    }),
  });
  try {
    const { status, body, text } = await broken.ask("GET", "/api/system/stats");
    expect([status, body.code]).toEqual([500, "internal"]);
    expect(text).not.toContain("secret");
    expect((await broken.ask("GET", "/health")).status).toBe(200);
  } finally {
    await broken.close();
  }
});
