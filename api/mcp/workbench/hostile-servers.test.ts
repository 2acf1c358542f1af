import type { ServerResponse } from "node:http";
import process from "node:process";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { McpServer, McpTool } from "../../../shared/protocol/mcp.ts";
import type {
  McpPage,
  McpPrompt,
  McpResource,
  McpServerRequest,
  McpWireEntry,
} from "../../../shared/protocol/mcp-workbench.ts";
import { eventually, HANG_MS } from "../../../shared/testing/eventually.ts";
import { startApi, type TestApi } from "../../testing/api-server.ts";
import { createMcpHost } from "../host/host.ts";
import { initialized, type McpTestServer, startMcpServer, written } from "../testing.ts";

const capabilities = { tools: { listChanged: true }, resources: { listChanged: true }, prompts: {} };
let api: TestApi;
let server: McpTestServer;
let id: string;

beforeAll(async () => {
  const config = { MCP_ALLOWED_COMMANDS: [process.execPath], MCP_ALLOWED_HOSTS: ["127.0.0.1"] };
  api = await startApi({ change: (deps) => ({ mcp: createMcpHost({ ...deps, config, startMs: HANG_MS }) }) });
  server = await startMcpServer({ initialize: { ...initialized, capabilities } });
  const transport = { type: "http", url: server.url, headers: { "X-Key": "a-secret-of-the-header" } };
  const made = await api.ask("POST", "/api/mcp", { body: { name: "hostile", transport } });
  id = (made.body as { server: McpServer }).server.id;
  await api.ask("POST", `/api/mcp/${id}/start`, { body: {} });
});
afterAll(async () => {
  await api.close();
  await server.close();
});

const get = async <T>(path: string) => {
  const answer = await api.ask("GET", `/api/mcp/${id}/${path}`);
  expect(answer.status, answer.text).toBe(200);
  return answer.body as T;
};
const post = (path: string, body: object) => api.ask("POST", `/api/mcp/${id}/${path}`, { body });

test("an endless list is read in parts, each with its cursor", async () => {
  server.answers["resources/list"] = ({ params }: { params?: { cursor?: string } }) => {
    const page = Number(params?.cursor ?? 0);
    return { resources: [{ uri: `demo://${page}`, name: `r${page}` }], nextCursor: String(page + 1) };
  };
  const first = await get<McpPage<McpResource>>("resources");
  expect(first.items.map(({ uri }) => uri)).toEqual(Array.from({ length: 20 }, (_, index) => `demo://${index}`));
  expect(first.nextCursor).toBe("20");
  const second = await get<McpPage<McpResource>>(`resources?cursor=${first.nextCursor}`);
  expect(second.items[0]?.uri).toBe("demo://20");
});

test.for([
  ["the same cursor again", { resources: [], nextCursor: "same" }, 0],
  ["a cursor that is no text", { resources: [{ uri: "a:b", name: "n" }], nextCursor: 5 }, 1],
  ["no list", { resources: "none" }, 0],
  ["no object in the list", { resources: [null, 5, "x"] }, 3],
] as const)("a list with %s ends", async ([, result, count]) => {
  server.answers["resources/list"] = result;
  const { items, nextCursor } = await get<McpPage<McpResource>>("resources");
  expect({ count: items.length, nextCursor }).toEqual({ count, nextCursor: null });
});

test("a method that a server does not know is an empty list, not an error", async () => {
  delete server.answers["resources/templates/list"];
  expect(await get("resource-templates")).toMatchObject({ items: [], nextCursor: null });
});

test("odd entries are shown with what is wrong, beside those of the same name", async () => {
  const terminal = "\u001b]0;title\u0007<img src=x onerror=alert(1)>";
  server.answers["prompts/list"] = {
    prompts: [
      { name: "twice", description: terminal },
      { name: "twice", arguments: [{ name: "a", required: "yes" }, 5, { title: "nameless" }] },
      { title: 7 },
    ],
  };
  const { items } = await get<McpPage<McpPrompt>>("prompts");
  expect(items.map(({ name }) => name)).toEqual(["twice", "twice", "unnamed prompt 3"]);
  expect(items[0]).toMatchObject({ description: terminal, arguments: [] });
  expect(items[1]).toMatchObject({ arguments: [{ name: "a", required: false }], problem: expect.any(String) });
});

test("a resource of ten million characters is read, and only its beginning is kept of the message", async () => {
  const text = "x".repeat(10_000_000);
  server.answers["resources/read"] = { contents: [{ uri: "demo://big", text }] };
  const read = await post("resources/read", { uri: "demo://big" });
  expect(read.body).toMatchObject({ result: { contents: [{ text }] } });
  const { entries } = await get<{ entries: McpWireEntry[] }>("wire");
  const kept = entries.findLast(({ method, direction }) => method === "resources/read" && direction === "received");
  expect(kept).toMatchObject({ cut: true });
  expect(kept?.message.length).toBeLessThan(1_000);
});

test("a schema of a thousand levels is shown as it is, as one that cannot be checked", async () => {
  let schema: object = { type: "string" };
  for (let level = 0; level < 1_000; level++) schema = { type: "object", properties: { a: schema } };
  server.answers["tools/list"] = { tools: [{ name: "deep", inputSchema: schema }] };
  const { tools } = await get<{ tools: McpTool[] }>("tools");
  const seen = tools.map(({ name, problem, inputSchema }) => [name, problem, JSON.stringify(inputSchema)]);
  // As text: a comparison of so many levels can run out of stack itself.
  expect(seen).toEqual([["deep", expect.stringContaining("too deeply"), JSON.stringify(schema)]]);
});

test.for([2_000, 100_000])("a result of %i levels is a result or a clear refusal", async (levels) => {
  // Written by hand: the writer of JSON runs out of stack, too.
  const deep = `${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`;
  const result = `{"content":[{"type":"text","text":"x"}],"structuredContent":${deep}}`;
  server.answers["tools/call"] = ({ id: call }: { id?: number }, response: ServerResponse) => {
    response.writeHead(200, { "content-type": "application/json" });
    response.end(`{"jsonrpc":"2.0","id":${call},"result":${result}}`);
    return written;
  };
  const { status, body } = await post("tools/call", { name: "good", arguments: {} });
  expect(status).toBe(levels < 3_000 ? 200 : 503);
  if (status === 503) expect(body).toMatchObject({ error: "The server refused: The response is nested too deeply." });
});

test("a flood of requests and notifications is bounded, and the rest is refused", async () => {
  const asked = { message: "Name?", requestedSchema: { type: "object", properties: {} } };
  server.answers["tools/call"] = ({ id: call }: { id?: number }, response: ServerResponse) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    const send = (message: object) => response.write(`data: ${JSON.stringify({ jsonrpc: "2.0", ...message })}\n\n`);
    for (let index = 0; index < 30; index++) send({ id: `q${index}`, method: "elicitation/create", params: asked });
    for (let index = 0; index < 2_000; index++) send({ method: "notifications/resources/list_changed" });
    void eventually(() => refused().length >= 10).then(() => {
      send({ id: call, result: { content: [{ type: "text", text: "over" }] } });
      response.end();
    });
    return written;
  };
  const refusals: string[] = [];
  const refused = () => refusals;
  const { handle } = server;
  server.handle = (request, response, body) => {
    const message = JSON.parse(body) as { error?: { message: string } };
    if (message.error) refusals.push(message.error.message);
    handle(request, response, body);
  };
  const calling = post("tools/call", { name: "good", arguments: {} });
  const { requests } = await eventually(async () => {
    const waiting = await get<{ requests: McpServerRequest[] }>("requests");
    return waiting.requests.length === 20 ? waiting : false;
  });
  await calling;
  expect(refused()).toContain("Too many requests of this server wait for a person.");
  const changes = api.emitted.filter(({ event }) => event === "resources:changed");
  expect(changes.length).toBeLessThan(100);
  const { entries } = await get<{ entries: McpWireEntry[] }>("wire");
  expect(entries.length).toBeLessThanOrEqual(1_000);
  expect(JSON.stringify(entries)).not.toContain("a-secret-of-the-header");
  for (const { id: request } of requests) await post(`requests/${request}/answer`, { action: "refuse" });
  expect(await get("requests")).toEqual(expect.objectContaining({ requests: [] }));
});
