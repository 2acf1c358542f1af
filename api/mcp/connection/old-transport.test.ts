import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { McpServer } from "../../../shared/protocol/mcp.ts";
import { eventually, HANG_MS } from "../../../shared/testing/eventually.ts";
import { startApi, type TestApi } from "../../testing/api-server.ts";
import { createMcpHost } from "../host/host.ts";
import { initialized } from "../testing.ts";

let api: TestApi;
let server: OldServer;
let id = "";

beforeAll(async () => {
  const config = { MCP_ALLOWED_COMMANDS: [], MCP_ALLOWED_HOSTS: ["127.0.0.1"] };
  const restartTimes = { firstMs: 10, maxMs: 50 };
  api = await startApi({
    change: (deps) => ({ mcp: createMcpHost({ ...deps, config, restartTimes, startMs: HANG_MS }) }),
  });
});
afterAll(() => api.close());
beforeEach(async () => {
  server = await startOldServer();
});
afterEach(async () => {
  await api.ask("DELETE", `/api/mcp/${id}`);
  await server.close();
});

interface OldServer {
  url: string;
  /** What the stream names as the address for messages; a path by default. */
  endpoint: (session: string) => string;
  /** Headers of every request, by method. */
  headers: [string, IncomingHttpHeaders][];
  streams: Map<string, ServerResponse>;
  /** Answers 401 to everything. */
  refuses: boolean;
  close(): Promise<void>;
}

/** A small real server of HTTP+SSE. It answers 404 to messages at its own address, as those servers do. */
async function startOldServer(): Promise<OldServer> {
  let sessions = 0;
  const http = createServer(async (request, response) => {
    old.headers.push([request.method ?? "", request.headers]);
    if (old.refuses) return response.writeHead(401, { "www-authenticate": "Bearer" }).end();
    const url = new URL(request.url ?? "", "http://server");
    if (request.method === "GET" && url.pathname === "/sse")
      return response.writeHead(307, { location: "/sse/" }).end();
    if (request.method === "GET" && url.pathname === "/sse/") {
      const session = String(++sessions);
      old.streams.set(session, response);
      response.writeHead(200, { "content-type": "text/event-stream" });
      return response.write(`event: endpoint\ndata: ${old.endpoint(session)}\n\n`);
    }
    const stream = old.streams.get(url.searchParams.get("session") ?? "");
    if (request.method !== "POST" || !stream) return response.writeHead(404).end("Cannot find it");
    const { id: number, method } = JSON.parse(await text(request)) as { id?: number; method: string };
    response.writeHead(202).end("Accepted");
    const results: Record<string, unknown> = {
      initialize: initialized,
      "tools/list": { tools: [{ name: "good", inputSchema: { type: "object" } }] },
      "tools/call": { content: [{ type: "text", text: "done" }] },
    };
    const message = { jsonrpc: "2.0", id: number, result: results[method] ?? {} };
    if (number !== undefined) stream.write(`event: message\ndata: ${JSON.stringify(message)}\n\n`);
  });
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  const old: OldServer = {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/sse`,
    endpoint: (session) => `/message?session=${session}`,
    headers: [],
    streams: new Map(),
    refuses: false,
    async close() {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
  return old;
}

const start = async (more: object = {}) => {
  const transport = { type: "http", url: server.url, headers: { "X-Key": "k" }, ...more };
  const made = await api.ask("POST", "/api/mcp", { body: { name: "old", transport } });
  expect(made.status, made.text).toBe(201);
  id = made.body.server.id;
  return api.ask("POST", `/api/mcp/${id}/start`, { body: {} });
};
const current = async () => (await api.ask("GET", `/api/mcp/${id}`)).body.server as McpServer;
const call = () => api.ask("POST", `/api/mcp/${id}/tools/call`, { body: { name: "good", arguments: {} } });

test.for([
  ["when the newer one is refused", {}],
  ["when it was chosen", { protocol: "sse" }],
] as const)("uses the old transport %s, and says so", async ([, more]) => {
  const started = await start(more);
  expect(started.body, started.text).toMatchObject({ server: { status: "running", oldTransport: true } });
  expect((await call()).body).toMatchObject({ result: { content: [{ text: "done" }] } });
  expect(server.headers.filter(([, headers]) => headers["x-key"] !== "k")).toEqual([]);
  const posts = server.headers.filter(([method]) => method === "POST").length;
  // The newer transport is not tried when the old one was chosen: initialize, initialized, the call.
  if ("protocol" in more) expect(posts).toBe(3);
  const { snippets } = (await api.ask("GET", `/api/mcp/${id}/snippets`)).body as { snippets: { text: string }[] };
  expect(snippets.at(-1)?.text).toContain('"type": "sse"');
  await api.ask("POST", `/api/mcp/${id}/stop`, { body: {} });
  expect(await current()).toMatchObject({ status: "stopped", oldTransport: false });
});

test("does not use the old transport when Streamable HTTP was chosen", async () => {
  const refused = await start({ protocol: "streamable-http" });
  expect(refused).toMatchObject({ status: 503, body: { error: expect.stringContaining("404") } });
  expect(server.headers.some(([method]) => method === "GET")).toBe(false);
});

test("sends messages to the registered origin only", async () => {
  let reached = false;
  const other = createServer((_request, response) => {
    reached = true;
    response.end();
  }).listen(0, "127.0.0.1");
  await once(other, "listening");
  server.endpoint = () => `http://127.0.0.1:${(other.address() as AddressInfo).port}/message?session=1`;
  expect((await start()).body.error).toContain("at another host or port");
  expect(reached).toBe(false);
  other.close();
});

test("takes an address for messages of any length, and repeats little of it", async () => {
  server.endpoint = () => `/${"x".repeat(10_000)}?session=none`;
  const { error } = (await start({ protocol: "sse" })).body;
  expect(error).toMatch(/^The server answered 404 at http:\S+…: there is nothing/);
  expect(error.length).toBeLessThan(500);
});

test("connects again when the stream ends, with a handshake of its own", async () => {
  await start();
  server.streams.get("1")?.end();
  await eventually(async () => server.streams.size === 2 && (await current()).status === "running");
  expect((await call()).body).toMatchObject({ success: true });
});

test("opens a new session when the server has forgotten it", async () => {
  await start();
  server.streams.delete("1");
  expect((await call()).body).toMatchObject({ success: true });
  expect([...server.streams.keys()]).toEqual(["2"]);
});

test("says that an address has no stream of the old transport", async () => {
  server.url = server.url.replace("/sse", "/elsewhere");
  expect((await start({ protocol: "sse" })).body.error).toMatch(/answered 404 at .*: there is no event stream/);
});

test.for([{}, { protocol: "sse" }])("asks for a sign-in as other servers do: %j", async (more) => {
  server.refuses = true;
  expect((await start(more)).body.error).toContain("asks for a sign-in");
  expect(await current()).toMatchObject({ signIn: { state: "needed" }, restarts: { nextAt: null } });
});
