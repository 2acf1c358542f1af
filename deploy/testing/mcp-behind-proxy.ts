import { request } from "node:https";
import process from "node:process";
import { Readable } from "node:stream";
import { Client, type FetchLike, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { everythingServer } from "../../api/mcp/testing.ts";
import type { McpServer } from "../../shared/protocol/mcp.ts";
import type { McpSignInStart } from "../../shared/protocol/mcp-sign-in.ts";
import { eventually, HANG_MS } from "../../shared/testing/eventually.ts";
import {
  type ProtectedServer,
  startAuthorizationServer,
  startProtectedServer,
  type TestAuthorizationServer,
} from "../../shared/testing/peers/authorization-server.ts";
import type { HttpsAnswer, TestNginx } from "../../shared/testing/peers/nginx.ts";

/** A panel behind a real nginx that may run Node and connect to this machine. */
export interface ProxiedPanel {
  nginx: TestNginx;
  /** Path that the panel is below; empty at the root of its site. */
  base: string;
  /** `name=value` of an administrator who has just logged in through nginx. */
  cookie: string;
}

const ENDPOINT = "/api/agent/mcp";
/** A connection for each request: nginx closes idle ones when it is reloaded, and one whose body it did not read. */
const agent = false;
const long = (seconds: number, steps: number) => ({
  name: "far__trigger-long-running-operation",
  arguments: { duration: seconds, steps },
});

const asker =
  ({ nginx, base, cookie }: ProxiedPanel) =>
  async <T>(method: string, path: string, body?: object): Promise<T> => {
    const headers = { Cookie: cookie, Origin: nginx.origin, "Content-Type": "application/json" };
    const answer = await nginx.send(`${base}${path}`, { method, headers, agent }, body && JSON.stringify(body));
    if (answer.status >= 400) throw new Error(`${method} ${path} answers ${answer.status}: ${answer.body}`);
    return JSON.parse(answer.body) as T;
  };

/** `fetch` that trusts the certificate of a site, and reads its responses as they come. */
const trusting =
  (ca: string): FetchLike =>
  (url, { method = "GET", headers, body, signal } = {}) =>
    new Promise((resolve, reject) => {
      const own = Object.fromEntries(new Headers(headers));
      const sent = request(url, { method, ca, agent, headers: own, signal: signal ?? undefined }, (incoming) => {
        const { statusCode: status = 0, headers: given } = incoming;
        const entries = Object.entries(given).map(([name, value]) => [name, String(value)] as [string, string]);
        const isEmpty = status === 204 || status === 202;
        if (isEmpty) incoming.resume();
        const content = isEmpty ? null : (Readable.toWeb(incoming) as ReadableStream<Uint8Array>);
        resolve(new Response(content, { status, headers: entries }));
      });
      sent.on("error", reject).end(body ?? undefined);
    });

/** The gateway and the sign-in of a remote server, by the address that programs and browsers use. */
export function mcpBehindProxy(at: () => ProxiedPanel): void {
  describe("the MCP gateway, for the official client", () => {
    let id: string;
    let secret: string;
    const clients: Client[] = [];

    beforeAll(async () => {
      const ask = asker(at());
      const transport = { type: "stdio", command: process.execPath, args: [everythingServer, "stdio"] };
      id = (await ask<{ server: McpServer }>("POST", "/api/mcp", { name: "far", transport })).server.id;
      await ask("POST", `/api/mcp/${id}/start`, {});
      const settings = { enabled: true, nameSpacing: true, timeoutSeconds: 600, callsPerMinute: 600 };
      await ask("PUT", "/api/mcp-gateway", settings);
      await ask("PUT", `/api/mcp-gateway/servers/${id}`, { enabled: true });
      const key = { name: "far agent", role: "operator", days: 1, scopes: ["mcp:call"] };
      ({ secret } = await ask<{ secret: string }>("POST", "/api/keys", key));
    });
    afterAll(async () => {
      for (const client of clients) await client.close();
      if (id) await asker(at())("DELETE", `/api/mcp/${id}`);
    });

    const connect = async () => {
      const { nginx, base } = at();
      const client = new Client({ name: "far away", version: "1" });
      const transport = new StreamableHTTPClientTransport(new URL(`${nginx.origin}${base}${ENDPOINT}`), {
        requestInit: { headers: { Authorization: `Bearer ${secret}` } },
        fetch: trusting(nginx.certificate),
      });
      clients.push(client);
      await client.connect(transport);
      return { client, transport };
    };
    const post = (path: string, body: string, headers: Record<string, string> = {}): Promise<HttpsAnswer> => {
      const own = { Authorization: `Bearer ${secret}`, "Content-Type": "application/json", Accept: "application/json" };
      return at().nginx.send(`${at().base}${path}`, { method: "POST", headers: { ...own, ...headers }, agent }, body);
    };
    const message = (method: string, params: object) => JSON.stringify({ jsonrpc: "2.0", id: 7, method, params });

    test("lists and calls tools, two at once, shows progress while a call runs, and passes on what is larger than 1 MB", async () => {
      const { client } = await connect();
      expect((await client.listTools()).tools.map(({ name }) => name)).toContain("far__echo");
      const abort = new AbortController();
      const reached = Promise.withResolvers<void>();
      const onprogress = ({ progress }: { progress: number }) => progress >= 2 && reached.resolve();
      const running = client.callTool(long(3_000, 6_000), { onprogress, signal: abort.signal, timeout: HANG_MS });
      running.catch(() => {});
      await reached.promise; // an hour before its end
      const text = "é".repeat(700_000);
      const echoed = await client.callTool({ name: "far__echo", arguments: { message: text } }, { timeout: HANG_MS });
      expect(echoed.content).toEqual([{ type: "text", text: `Echo: ${text}` }]);
      abort.abort();
      await expect(running).rejects.toThrow(/abort/i);
    });

    test("tells a client that listens of changed lists, and ends its session by DELETE", async () => {
      const { client, transport } = await connect();
      const change = Promise.withResolvers<void>();
      client.setNotificationHandler("notifications/tools/list_changed", () => change.resolve());
      const hidden = { tool: ["echo"], resource: [], template: [], prompt: [] };
      await eventually(async () => {
        await asker(at())("PUT", `/api/mcp-gateway/servers/${id}`, { enabled: true, hidden });
        return Promise.race([change.promise.then(() => true), client.ping().then(() => false)]);
      });
      expect((await client.listTools()).tools.map(({ name }) => name)).not.toContain("far__echo");
      await asker(at())("PUT", `/api/mcp-gateway/servers/${id}`, { enabled: true });
      const session = { "Mcp-Session-Id": transport.sessionId ?? "" };
      expect((await post(ENDPOINT, message("ping", {}), session)).status).toBe(200);
      await transport.terminateSession();
      const ended = await post(ENDPOINT, message("ping", {}), session);
      expect([ended.status, JSON.parse(ended.body).error.message]).toEqual([
        404,
        expect.stringContaining("initialize"),
      ]);
    });

    test("says what is wrong: with the key, the path, the size of a message", async () => {
      const refusal = async (path: string, body: string, headers?: Record<string, string>) => {
        const answer = await post(path, body, headers);
        return [answer.status, JSON.parse(answer.body).code, answer.headers["www-authenticate"]];
      };
      expect(await refusal(ENDPOINT, "{}", { Authorization: "" })).toEqual([
        401,
        "unauthorized",
        'Bearer realm="AI Desktop"',
      ]);
      expect(await refusal(ENDPOINT, "{}", { Authorization: "Bearer YOUR_API_KEY" })).toEqual([
        401,
        "unauthorized",
        expect.stringContaining('error="invalid_token"'),
      ]);
      expect(await refusal(`${ENDPOINT}/`, "{}")).toEqual([404, "not_found", undefined]);
      // Above the limit of the API, and above that of nginx.
      for (const length of [4_500_000, 6_000_000]) {
        expect(await refusal(ENDPOINT, "x".repeat(length))).toEqual([413, "too_large", undefined]);
      }
      // Clients take what is found there for metadata of an authorization server.
      const { nginx, base } = at();
      for (const kind of ["oauth-protected-resource", "oauth-authorization-server", "openid-configuration"]) {
        expect((await nginx.send(`${base}/.well-known/${kind}`, { agent })).status).toBe(404);
      }
    });

    test("fails clearly when a call outlives the patience of the proxy, for a client that takes no stream", async () => {
      const { nginx } = at();
      const { client, transport } = await connect();
      await nginx.change((site) => site.replace("proxy_read_timeout 65m;", "proxy_read_timeout 1s;"));
      const session = { "Mcp-Session-Id": transport.sessionId ?? "" };
      const answer = await post(ENDPOINT, message("tools/call", long(600, 1)), session);
      expect([answer.status, JSON.parse(answer.body).code]).toEqual([503, "upstream_unavailable"]);
      await nginx.change((site) => site);
      const after = { name: "far__echo", arguments: { message: "still here" } };
      expect((await client.callTool(after, { timeout: HANG_MS })).content).toEqual([
        { type: "text", text: "Echo: still here" },
      ]);
    });
  });

  describe("the sign-in to a remote MCP server", () => {
    let provider: TestAuthorizationServer;
    let server: ProtectedServer;
    let id: string;

    beforeAll(async () => {
      provider = await startAuthorizationServer();
      server = await startProtectedServer(provider);
      const transport = { type: "http", url: server.url, headers: {} };
      id = (await asker(at())<{ server: McpServer }>("POST", "/api/mcp", { name: "cloud", transport })).server.id;
    });
    afterAll(async () => {
      if (id) await asker(at())("DELETE", `/api/mcp/${id}`);
      await server?.close();
      await provider?.close();
    });

    const panel = () => `${at().nginx.origin}${at().base}`;
    const get = (address: string, cookie: string) => {
      const { pathname, search } = new URL(address);
      return at().nginx.send(`${pathname}${search}`, { headers: { Cookie: cookie }, agent });
    };
    /** As a browser: to the start address, to the provider. Returns where it is sent, and the cookie of this sign-in. */
    const visit = async () => {
      const ask = asker(at());
      const begun = (await ask<{ signIn: McpSignInStart }>("POST", `/api/mcp/${id}/sign-in`, {})).signIn;
      expect(begun.startUrl).toContain(`${panel()}/api/mcp/oauth/start?state=`);
      const opened = await get(begun.startUrl, at().cookie);
      expect(opened.status, opened.body).toBe(302);
      const [cookie = ""] = opened.headers["set-cookie"] ?? [];
      const consent = await fetch(opened.headers.location ?? "", { redirect: "manual" });
      return { back: consent.headers.get("location") ?? "", cookie, binding: cookie.split(";")[0] ?? "" };
    };

    test("comes back by the address of the panel, in a cookie for https only, and connects", async () => {
      const { back, cookie, binding } = await visit();
      const callback = `${panel()}/api/mcp/oauth/callback`;
      expect(provider.registrations.at(-1)).toMatchObject({ redirect_uris: [callback], application_type: "web" });
      expect(back.startsWith(`${callback}?`)).toBe(true);
      expect(cookie).toMatch(/^__Host-ai-desktop-mcp[!\w-]+=[\w-]+; /);
      for (const part of ["Secure", "HttpOnly", "SameSite=Lax", "Path=/"]) expect(cookie).toContain(part);
      // A wrong path takes nothing: the browser can still come back by the right one, once.
      for (const path of ["/api/mcp/oauth/callback/", "/mcp/oauth/callback"]) {
        expect((await get(back.replace("/api/mcp/oauth/callback", path), binding)).status).toBeGreaterThan(400);
      }
      expect((await get(back, "")).status).toBe(403);
      const page = await get(back, binding); // without the cookie of the session, which is not sent from another site
      expect([page.status, page.body]).toEqual([200, expect.stringContaining("You are signed in to cloud.")]);
      expect(page.body).toContain(`href="${panel()}/mcp/${id}"`);
      expect(provider.tokenRequests.at(-1)?.get("redirect_uri")).toBe(callback);
      const state = async () => (await asker(at())<{ server: McpServer }>("GET", `/api/mcp/${id}`)).server;
      await eventually(async () => (await state()).status === "running");
      expect((await get(back, binding)).status).toBe(403);
    });

    test("shows what the provider says, as a page with a way back", async () => {
      provider.returns = { code: undefined, error: "temporarily_unavailable", error_description: "<b>later</b>" };
      const { back, binding } = await visit();
      provider.returns = {};
      const page = await get(back, binding);
      expect([page.status, page.headers["content-type"]]).toEqual([403, expect.stringContaining("text/html")]);
      expect(page.body).toContain("temporarily_unavailable: &lt;b&gt;later&lt;/b&gt;");
      expect(page.body).toContain(`href="${panel()}/mcp"`);
      expect(String(page.headers["set-cookie"])).toContain(`${binding.split("=")[0]}=; Max-Age=0`);
    });
  });
}
