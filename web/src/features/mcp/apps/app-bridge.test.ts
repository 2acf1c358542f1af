import { expect, test } from "vitest";
import type { McpTool } from "../../../../../shared/protocol/mcp.ts";
import { type AppQuestion, createAppBridge } from "./app-bridge.ts";
import { MAX_CALLS, MAX_MESSAGE, MAX_RATE, MAX_TEXT, nextHeight, readAppMessage, readLink } from "./app-messages.ts";

type Json = Record<string, unknown>;
const tool = (name: string, more: Partial<McpTool> = {}): McpTool => ({
  name,
  inputSchema: { type: "object" },
  ...more,
});
const tools = [
  tool("show", { app: { resourceUri: "ui://x/y", visibility: null } }),
  tool("free", { annotations: { readOnlyHint: true }, app: { resourceUri: null, visibility: ["app"] } }),
  tool("writes", { app: { resourceUri: null, visibility: ["app", "model"] } }),
  tool("unsaid", { annotations: { readOnlyHint: true } }),
  tool("hidden", { annotations: { readOnlyHint: true }, app: { resourceUri: null, visibility: ["model"] } }),
];

function setUp(agree: (question: AppQuestion) => boolean | Promise<boolean> = () => true) {
  const sent: Json[] = [];
  const called: string[] = [];
  const asked: AppQuestion[] = [];
  const lines: string[] = [];
  let floods = 0;
  const bridge = createAppBridge({
    post: (message) => sent.push(message),
    tools: () => tools,
    callTool: async (name) => {
      called.push(name);
      return { content: [] };
    },
    readResource: async (uri) => ({ contents: [{ uri }] }),
    ask: async (question) => {
      asked.push(question);
      return agree(question);
    },
    toMessage: String,
    onLine: (line) => lines.push(line),
    onSize: () => {},
    onFlood: () => floods++,
    call: { tool: tool("show"), arguments: { a: 1 }, result: { content: [], structuredContent: { b: 2 } } },
    domains: { connectDomains: [], resourceDomains: [], frameDomains: [], baseUriDomains: [] },
    context: () => ({ theme: "dark" }),
    now: () => 0,
  });
  const request = (method: string, params?: Json, id: number = sent.length + 1) => {
    bridge.receive({ jsonrpc: "2.0", id, method, params });
    return expect.poll(() => sent.find((message) => message.id === id));
  };
  return { bridge, sent, called, asked, lines, request, floods: () => floods };
}

test("an app is greeted, and gets the call and its result once it is ready", async () => {
  const { bridge, sent, request } = setUp();
  await request("ui/initialize", { protocolVersion: "2026-01-26" }).toMatchObject({
    result: { protocolVersion: "2026-01-26", hostContext: { theme: "dark", toolInfo: { tool: { name: "show" } } } },
  });
  bridge.contextChanged({ theme: "light" });
  expect(sent).toHaveLength(1);
  for (let times = 0; times < 2; times++) bridge.receive({ jsonrpc: "2.0", method: "ui/notifications/initialized" });
  expect(sent.slice(1)).toEqual([
    { jsonrpc: "2.0", method: "ui/notifications/tool-input", params: { arguments: { a: 1 } } },
    {
      jsonrpc: "2.0",
      method: "ui/notifications/tool-result",
      params: { content: [], structuredContent: { b: 2 } },
    },
  ]);
  const ends = bridge.teardown();
  const { id } = sent.at(-1) as { id: string };
  expect(sent.at(-1)).toMatchObject({ method: "ui/resource-teardown" });
  bridge.receive({ jsonrpc: "2.0", id, result: {} });
  await ends;
  await request("ping", {}, 90).toMatchObject({ result: {} });
});

test("a person is asked before a tool is called, unless it is marked for apps and as read-only", async () => {
  const agreed = setUp();
  for (const name of ["free", "writes", "unsaid"]) {
    await agreed.request("tools/call", { name, arguments: {} }).toMatchObject({ result: { content: [] } });
  }
  expect(agreed.asked.map((question) => question.kind === "tool" && question.name)).toEqual(["writes", "unsaid"]);
  for (const name of ["hidden", "none", 5]) {
    await agreed.request("tools/call", { name }).toMatchObject({ error: { message: expect.any(String) } });
  }
  expect(agreed.called).toEqual(["free", "writes", "unsaid"]);
  const refused = setUp(() => false);
  await refused.request("tools/call", { name: "writes" }).toMatchObject({ error: { code: -32_000 } });
  expect(refused.called).toEqual([]);
});

test("only web addresses are offered to a person, and too many questions are refused", async () => {
  const { asked, request } = setUp(() => new Promise<boolean>(() => {}));
  for (const url of ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "https://u:p@example.com", 5]) {
    expect(readLink(url)).toBeUndefined();
    await request("ui/open-link", { url }).toMatchObject({ error: { code: -32_602 } });
  }
  for (let index = 0; index < 5; index++) request("ui/open-link", { url: "https://example.com/x" }, 100 + index);
  await request("ui/open-link", { url: "https://example.com/x" }, 200).toMatchObject({ error: { code: -32_000 } });
  expect(asked).toHaveLength(5);
});

test("what is no message of the protocol is dropped", () => {
  const cycle: Json = {};
  cycle.self = cycle;
  for (const data of [
    null,
    "ping",
    [],
    { method: "ping" },
    { jsonrpc: "2.0" },
    { jsonrpc: "2.0", id: {}, method: "ping" },
    { jsonrpc: "2.0", id: Number.NaN, method: "ping" },
    { jsonrpc: "2.0", id: 1, method: "x".repeat(101) },
    { jsonrpc: "2.0", id: 1, method: "ping", params: [] },
    { jsonrpc: "2.0", id: 1, method: "ping", params: cycle },
    { jsonrpc: "2.0", id: 1, method: "ping", params: { text: "x".repeat(MAX_MESSAGE) } },
  ]) {
    expect(readAppMessage(data)).toBeUndefined();
  }
});

test("an app that sends without end is stopped once", () => {
  const { bridge, sent, floods } = setUp();
  for (let count = 0; count < MAX_RATE + 50; count++) bridge.receive({ jsonrpc: "2.0", method: "notifications/x" });
  expect(floods()).toBe(1);
  bridge.receive({ jsonrpc: "2.0", id: 1, method: "ping" });
  expect(sent).toEqual([]);
});

test("an app reaches its server a bounded number of times within a minute", async () => {
  const { bridge, sent, called, request } = setUp();
  const call = (id: number) =>
    bridge.receive({ jsonrpc: "2.0", id, method: "tools/call", params: { name: "free", arguments: {} } });
  for (let id = 1; id <= MAX_CALLS; id++) {
    call(id);
    if (id % 10 === 0) await expect.poll(() => sent.length).toBe(id);
  }
  await request("resources/read", { uri: "ui://x/y" }, 500).toMatchObject({ error: { code: -32_000 } });
  await request("tools/call", { name: "free" }, 501).toMatchObject({ error: { code: -32_000 } });
  expect(called).toHaveLength(MAX_CALLS);
});

test("what an app did is listed in short lines, whatever it sends", async () => {
  const { bridge, lines, request } = setUp();
  const long = "x".repeat(MAX_MESSAGE - 100);
  await request("ui/update-model-context", { structuredContent: { long } }).toMatchObject({ result: {} });
  for (const level of [long, { toString: 1 }, null]) {
    bridge.receive({ jsonrpc: "2.0", method: "notifications/message", params: { level, data: { valueOf: 1 } } });
  }
  expect(lines).toHaveLength(4);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(MAX_TEXT);
});

test("the height follows the app within its bounds, and ends a loop of small steps", () => {
  expect([300, 1e9, 0, -5, Number.NaN, "9"].map((height) => nextHeight(240, height))).toEqual([
    300, 640, 80, 80, 240, 240,
  ]);
  let height = 400;
  for (let step = 0; step < 100; step++) height = nextHeight(height, height - 2);
  expect(height).toBe(400);
});
