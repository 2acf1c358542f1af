import { createServer, type IncomingMessage, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freePorts } from "../shared/testing/free-port.ts";
import { lacks } from "../shared/testing/parts.ts";
import { startNginx, type TestNginx } from "../shared/testing/peers/nginx.ts";

/** Stands in for a service: records the requests. */
interface Upstream {
  port: number;
  requests: { url: string; headers: IncomingMessage["headers"]; rawHeaders: string[] }[];
  server: Server;
}

async function startUpstream(name: string): Promise<Upstream> {
  const requests: Upstream["requests"] = [];
  const server = createServer((incoming, response) => {
    requests.push({ url: incoming.url ?? "", headers: incoming.headers, rawHeaders: incoming.rawHeaders });
    incoming.resume();
    incoming.on("end", () => response.end(name));
  });
  server.on("upgrade", (incoming, socket) => {
    requests.push({ url: incoming.url ?? "", headers: incoming.headers, rawHeaders: incoming.rawHeaders });
    socket.end("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { port: (server.address() as AddressInfo).port, requests, server };
}

describe.skipIf(await lacks("nginx"))("nginx in front of the services", () => {
  let nginx: TestNginx;
  let web: Upstream;
  let api: Upstream;
  let realtime: Upstream;

  beforeAll(async () => {
    [web, api, realtime] = [await startUpstream("web"), await startUpstream("api"), await startUpstream("realtime")];
    nginx = await startNginx({ web: web.port, api: api.port, realtime: [realtime.port] });
  });
  afterAll(async () => {
    await nginx?.close();
    for (const upstream of [web, api, realtime]) {
      upstream?.server.closeAllConnections();
      upstream?.server.close();
    }
  });

  const send: TestNginx["send"] = (...request) => nginx.send(...request);

  test.each([
    ["/", "web"],
    ["/services/abc", "web"],
    ["/api/services", "api"],
    ["/api/files?path=%2Fa%2Fb..%2F", "api"],
    ["/health", "api"],
    ["/socket.io/?EIO=4&transport=polling", "realtime"],
  ])("routes %s to the %s server", async (path, name) => {
    expect(await send(path)).toMatchObject({ status: 200, body: name });
  });

  test("takes messages of MCP clients up to the limit of the API, and larger ones nowhere else", async () => {
    const headers = { "content-type": "application/json" };
    const body = "x".repeat(4 * 1024 * 1024);
    expect(await send("/api/agent/mcp", { method: "POST", headers }, body)).toMatchObject({ status: 200, body: "api" });
    expect((await send("/api/mcp", { method: "POST", headers }, body)).status).toBe(413);
  });

  test.each(["/emit", "/emit/", "/metrics", "/ready", "/internal/handshakes", "/access/revoke", "/api/../emit"])(
    "never proxies %s",
    async (path) => {
      const reached = () => [web, api, realtime].map((upstream) => upstream.requests.length);
      const before = reached();
      expect([400, 404]).toContain((await send(path, { method: "POST" })).status);
      expect(reached()).toEqual(before);
    },
  );

  test("shows the web server's page of missing addresses if a browser opens a closed endpoint", async () => {
    const others = () => [api, realtime].map((upstream) => upstream.requests.length);
    const before = others();
    for (const path of ["/metrics", "/access/users?x=1", "/internal/..%2fmetrics"]) await send(path);
    expect(others()).toEqual(before);
    expect(web.requests.slice(-2).map(({ url }) => url)).toEqual(["/not-found", "/not-found"]);
  });

  test.each([
    ["/api/deployments/%40acme%2Fmail", "api"],
    ["/api/deployments/%40acme%2Fmail/stop", "api"],
    ["/api/deployments/win%5Cjob?tail=3", "api"],
    ["/api/deployments/v1..2%2F.hidden%5c...x", "api"],
    ["/deployments/%40acme%2fmail", "web"],
    ["/files/srv/win%5Cfolder", "web"],
  ])("hands on %s, a name with a slash in it, as it came", async (path, name) => {
    expect(await send(path)).toMatchObject({ status: 200, body: name });
    expect({ web, api }[name as "web" | "api"].requests.at(-1)?.url).toBe(path);
  });

  test.each([
    "/api/..\\internal/handshakes",
    "/api/..%5cinternal/handshakes",
    "/api/..%2finternal/handshakes",
    "/api/%2e%2e/internal/handshakes",
    "/api/./../internal/handshakes",
    "/api/deployments/..%2f..%2finternal%2fhandshake",
    "/api/deployments/x%2f..%2f..%2finternal",
    "/api/deployments/x%5C..%5C..%5Cinternal",
    "/api/deployments/x%2F.%2Fy",
    "/api/deployments/x%2f%2e%2e",
    "/api/deployments/x%2f..?y",
    "/api%2f..%2finternal/handshakes",
    "/api%2Fsession",
    "/api/files%2Fupload",
    "/internal%2fhandshake",
    "/%2Femit",
    "/%65mit",
    "/emit%2fx",
    "/socket.io%2f..%2femit",
    "/socket.io/..%2femit",
    "/socket.io/..\\emit",
    "//emit",
  ])("refuses %s, which nginx and the server behind it could read differently", async (path) => {
    const reached = () => [web, api, realtime].map((upstream) => upstream.requests.length);
    const before = reached();
    const answer = await send(path, { method: "POST" });
    expect([400, 404]).toContain(answer.status);
    if (answer.status === 400) expect(JSON.parse(answer.body)).toMatchObject({ success: false, code: "invalid_input" });
    expect(reached()).toEqual(before);
  });

  test("replaces the forwarded headers, whatever the visitor claims", async () => {
    const claims = { "X-Forwarded-For": "127.0.0.1, 10.0.0.1", "X-Real-IP": "10.0.0.1", Forwarded: "for=10.0.0.1" };
    await send("/api/claims", { headers: { ...claims, Host: `localhost:${nginx.httpsPort}`, Proxy: "http://evil" } });
    const { headers } = api.requests.at(-1) ?? {};
    expect(headers).toMatchObject({
      host: `localhost:${nginx.httpsPort}`,
      "x-forwarded-for": "127.0.0.1",
      "x-real-ip": "127.0.0.1",
      "x-forwarded-proto": "https",
    });
    expect(headers).not.toHaveProperty("forwarded");
    expect(headers).not.toHaveProperty("proxy");
  });

  test("forwards the upgrade of a WebSocket, but no upgrade to the API", async () => {
    const upgrade = { Connection: "Upgrade", Upgrade: "websocket" };
    expect((await send("/socket.io/?transport=websocket", { headers: upgrade })).status).toBe(101);
    expect(realtime.requests.at(-1)?.headers).toMatchObject({ connection: "upgrade", upgrade: "websocket" });
    await send("/api/upgrade", { headers: upgrade });
    expect(api.requests.at(-1)?.headers).not.toHaveProperty("upgrade");
  });

  test("closes the connection for a foreign host name", async () => {
    await expect(send("/", { headers: { Host: "evil.example" } })).rejects.toThrow(/socket hang up|ECONNRESET/);
  });

  test("redirects a visitor without TLS to the same address with TLS", async () => {
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(nginx.httpPort, "127.0.0.1", () =>
        socket.write("GET /a?b=c HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"),
      );
      socket.once("data", (data) => resolve(String(data))).once("error", reject);
    });
    expect(answer).toMatch(/^HTTP\/1\.1 308 /);
    expect(answer).toContain("Location: https://localhost/a?b=c");
  });

  test("sends HSTS, and does not reveal its version", async () => {
    const { headers } = await send("/");
    expect(headers["strict-transport-security"]).toBe("max-age=31536000");
    expect(headers.server).toBe("nginx");
  });

  test("sends its own refusals in the envelope", async () => {
    const tooLarge = await send("/api/services", { method: "POST" }, Buffer.alloc(3 * 1024 * 1024));
    expect(tooLarge.status).toBe(413);
    expect(JSON.parse(tooLarge.body)).toMatchObject({ success: false, code: "too_large" });
  });

  test("admits an upload that is larger than the limit of other requests", async () => {
    const upload = await send("/api/files/upload?path=%2Fa", { method: "PUT" }, Buffer.alloc(5 * 1024 * 1024));
    expect(upload).toMatchObject({ status: 200, body: "api" });
  });

  test("limits the log-in attempts of one address", async () => {
    const answers = await Promise.all(Array.from({ length: 80 }, () => send("/api/session", { method: "POST" })));
    const refused = answers.filter((answer) => answer.status === 429);
    expect(refused.length).toBeGreaterThan(0);
    expect(JSON.parse(refused[0]?.body ?? "")).toMatchObject({ success: false, code: "rate_limited" });
  });

  test("reports an unavailable service in the envelope", async () => {
    api.server.closeAllConnections();
    await new Promise((resolve) => api.server.close(resolve));
    const answer = await send("/api/services");
    expect(answer.status).toBe(503);
    expect(JSON.parse(answer.body)).toMatchObject({ success: false, code: "upstream_unavailable" });
  });
});

describe.skipIf(await lacks("nginx"))("another site with the panel under a path", () => {
  let nginx: TestNginx;
  let api: Upstream;
  beforeAll(async () => {
    api = await startUpstream("api");
    const [outerPort = 0] = await freePorts(1);
    nginx = await startNginx({ web: api.port, api: api.port, realtime: [api.port], outerPort });
  });
  afterAll(async () => {
    await nginx?.close();
    api?.server.closeAllConnections();
    api?.server.close();
  });

  test.each([
    "/api/deployments/%40acme%2Fmail/stop?tail=1%2F2",
    "/api/deployments/win%5Cjob",
    "/files/50%25/a%20b",
    "/",
    "/?a=b",
  ])("takes the path off in front of %s, and changes nothing else", async (path) => {
    expect((await nginx.send(`/panel${path}`)).status).toBe(200);
    expect(api.requests.at(-1)?.url).toBe(path);
  });

  test.each(["/panel/../emit", "/x/../panel/api/y", "/%70anel/api/y", "/panel/api/..%2f..%2femit", "/panel/..%5cemit"])(
    "lets nothing through by %s",
    async (path) => {
      const before = api.requests.length;
      const { status, body } = await nginx.send(path);
      expect([200, 400, 404]).toContain(status);
      if (status === 200) expect(body).toBe("the site that was there");
      expect(api.requests.length).toBe(before);
    },
  );
});
