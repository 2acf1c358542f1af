import { request } from "node:http";
import process from "node:process";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { McpWireEntry } from "../../../shared/protocol/mcp-workbench.ts";
import { eventually } from "../../../shared/testing/eventually.ts";
import { type McpTestServer, startMcpServer, written } from "../testing.ts";
import { gatewaySettings, startGateway, type TestGateway } from "./testing.ts";

let gateway: TestGateway;
let good: McpTestServer;
let goodId: string;
let key: { id: string; secret: string };
const servers: McpTestServer[] = [];

/**
 * A local server. Its tool `odd` sends messages whose fields are of no kind that the protocol knows; `slow` never ends, and
 * asks for a form once it is cancelled; `wait` ends with what came back for that form.
 */
const script = `
  import { createInterface } from "node:readline";
  const send = (message) => process.stdout.write(JSON.stringify({ jsonrpc: "2.0", ...message }) + "\\n");
  const notify = (method, params) => send({ method: "notifications/" + method, params });
  const text = (value) => ({ content: [{ type: "text", text: String(value) }] });
  const noText = { toString: 1, valueOf: 1 };
  const tools = ["odd", "slow", "wait"].map((name) => ({ name, inputSchema: { type: "object" } }));
  const serverInfo = { name: "local", version: "1" };
  let waiting;
  createInterface({ input: process.stdin }).on("line", (line) => {
    const { id, method, params, ...rest } = JSON.parse(line);
    if (id === "form") return send({ id: waiting, result: text(JSON.stringify(rest)) });
    if (method === "notifications/cancelled") {
      const requestedSchema = { type: "object", properties: {} };
      send({ id: "form", method: "elicitation/create", params: { message: "of the first", requestedSchema } });
    }
    if (id === undefined) return;
    if (method === "initialize") {
      const capabilities = { tools: {}, resources: { subscribe: true }, logging: {} };
      send({ id, result: { protocolVersion: "2025-06-18", capabilities, serverInfo } });
    } else if (method === "tools/list") send({ id, result: { tools } });
    else if (method === "tools/call" && params.name === "odd") {
      notify("progress", { progressToken: noText, progress: noText });
      notify("progress", null);
      notify("resources/updated", { uri: noText });
      notify("message", { level: noText, data: noText });
      process.stdout.write('{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":' + "[".repeat(60000) + "]".repeat(60000) + "}}\\n");
      process.stdout.write('{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":' + "[".repeat(60000) + "]".repeat(60000) + "}}\\n");
      send({ id: 999999, result: text("of nobody") });
      send({ id, result: text("first") });
      send({ id, result: text("second") });
    } else if (method === "tools/call" && params.name === "wait") waiting = id;
    else if (method !== "tools/call") send({ id, result: method === "resources/list" ? { resources: [] } : {} });
  });
`;

beforeAll(async () => {
  gateway = await startGateway();
  good = await startMcpServer();
  servers.push(good);
  goodId = await gateway.expose("good", { type: "http", url: good.url });
  key = await gateway.key();
});
afterAll(async () => {
  await gateway.close();
  for (const server of servers) await server.close();
});

const bearer = () => ({ Authorization: `Bearer ${key.secret}` });
const initialize = (clientInfo: unknown = { name: "x", version: "1" }) => ({
  jsonrpc: "2.0",
  id: 1,
  method: "initialize",
  params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo },
});
const open = async () => {
  const answer = await gateway.post(initialize(), bearer());
  return { ...bearer(), "Mcp-Session-Id": answer.headers.get("mcp-session-id") ?? "" };
};
const remote = async (name: string, answers: McpTestServer["answers"]) => {
  const server = await startMcpServer(answers);
  servers.push(server);
  return { server, id: await gateway.expose(name, { type: "http", url: server.url }) };
};
const local = () =>
  gateway.expose("local", { type: "stdio", command: process.execPath, args: ["--input-type=module", "-e", script] });
const remove = (id: string) => gateway.api.ask("DELETE", `/api/mcp/${id}`);
const handshake = (capabilities: object, more: object = {}) => ({
  protocolVersion: "2025-06-18",
  capabilities,
  serverInfo: { name: "odd", version: "1" },
  ...more,
});

test("a local server that sends what is no text, too deep, unknown or twice ends neither the API nor its call", async () => {
  const id = await local();
  const client = await gateway.connect({ secret: key.secret });
  const call = { name: "local__odd", arguments: {} };
  expect((await client.callTool(call, { onprogress: () => {} })).content).toEqual([{ type: "text", text: "first" }]);
  expect((await client.callTool({ name: "good__good", arguments: {} })).content).toEqual([
    { type: "text", text: "done" },
  ]);
  await remove(id);
});

test("a question of a call that its client gave up reaches no other client", async () => {
  const id = await local();
  const capabilities = { elicitation: { form: {} } };
  const first = await gateway.connect({ capabilities });
  const other = await gateway.connect({ capabilities });
  let asked = 0;
  other.setRequestHandler("elicitation/create", () => {
    asked++;
    return { action: "accept", content: {} };
  });
  const abort = new AbortController();
  const slow = first.callTool({ name: "local__slow", arguments: {} }, { signal: abort.signal }).catch(() => {});
  const wait = other.callTool({ name: "local__wait", arguments: {} });
  const running = async () =>
    (await gateway.api.ask("GET", "/api/mcp-gateway/calls")).body.calls as { state: string }[];
  await eventually(async () => (await running()).filter(({ state }) => state === "running").length === 2);
  abort.abort();
  await slow;
  expect(JSON.stringify((await wait).content)).toContain("it is not certain whose call");
  expect(asked).toBe(0);
  const { requests } = (await gateway.api.ask("GET", `/api/mcp/${id}/requests`)).body;
  expect(requests).toEqual([]);
  await remove(id);
});

test("a message of an odd form is refused, and costs the session nothing", async () => {
  const session = await open();
  const deep = `${"[".repeat(200_000)}${"]".repeat(200_000)}`;
  const body = `{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"good__good","arguments":{"a":${deep}}}}`;
  const refused = await gateway.post(body, session);
  expect(refused.status).toBe(400);
  for (const error of [{ code: 1 }, { code: 1, message: { toString: 1 } }]) {
    expect((await gateway.post({ jsonrpc: "2.0", id: "gateway-1", error }, session)).status).toBe(400);
  }
  const level = { jsonrpc: "2.0", id: 8, method: "logging/setLevel", params: { level: { toString: 1 } } };
  expect(await (await gateway.post(level, session)).json()).toMatchObject({ error: { code: -32_602 } });
  const odd = await gateway.post(initialize({ name: { toString: 1 }, version: ["\u001b[31m1"] }), bearer());
  expect(odd.status).toBe(200);
});

test("gives each of several requests with one id its own response", async () => {
  const { server, id } = await remote("twins", {
    "tools/call": async ({ params }: { params?: { arguments?: unknown } }) => {
      if (server.seen.filter((method) => method === "tools/call").length === 1) await second.promise;
      else second.resolve();
      return { content: [{ type: "text", text: JSON.stringify(params?.arguments) }] };
    },
  });
  const second = Promise.withResolvers<void>();
  const session = await open();
  const call = async (which: string) => {
    const params = { name: "twins__good", arguments: { which } };
    const answer = await gateway.post({ jsonrpc: "2.0", id: 1, method: "tools/call", params }, session);
    return JSON.stringify(await answer.json());
  };
  const [first, other] = await Promise.all([call("a"), call("b")]);
  expect([first.includes('\\"a\\"'), other.includes('\\"b\\"')]).toEqual([true, true]);
  const ping = { jsonrpc: "2.0", id: 5, method: "ping" };
  const older = await gateway.post(
    { ...initialize(), params: { ...initialize().params, protocolVersion: "2025-03-26" } },
    bearer(),
  );
  const batch = await gateway.post([ping, ping], {
    ...bearer(),
    "Mcp-Session-Id": older.headers.get("mcp-session-id") ?? "",
  });
  expect(batch.status).toBe(400);
  await remove(id);
});

test("answers in a type that the client takes, and opens no stream for HEAD", async () => {
  const session = await open();
  const ping = { jsonrpc: "2.0", id: 2, method: "ping" };
  const typeFor = async (Accept: string) => {
    const { status, headers } = await gateway.post(ping, { ...session, Accept });
    return status === 200 ? headers.get("content-type") : status;
  };
  expect(await typeFor("text/event-stream")).toBe("text/event-stream");
  expect(await typeFor("application/json;q=0, text/*")).toBe("text/event-stream");
  expect(await typeFor("APPLICATION/*")).toBe("application/json");
  expect(await typeFor("text/html, */*;q=0.1")).toBe("application/json");
  expect(await typeFor("text/html")).toBe(406);
  expect(await typeFor("application/json-patch+json")).toBe(406);
  const streamed = await gateway.post(initialize(), { ...bearer(), Accept: "text/event-stream" });
  expect(streamed.headers.get("mcp-session-id")).toBeTruthy();
  expect(await streamed.text()).toContain('"protocolVersion":"2025-11-25"');
  const head = await fetch(gateway.url, { method: "HEAD", headers: { ...session, Accept: "*/*" } });
  expect(head.status).toBe(405);
});

test("opens no session for a body that ends after the gateway was turned off, or its key revoked", async () => {
  const slowly = async (secret: string, meanwhile: () => Promise<unknown>) => {
    const text = JSON.stringify(initialize());
    const headers = { "Content-Type": "application/json", Accept: "*/*", Authorization: `Bearer ${secret}` };
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const sent = request(gateway.url, { method: "POST", headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    sent.on("error", reject);
    sent.write(text.slice(0, 10));
    await eventually(async () => {
      const answer = await gateway.post(
        { jsonrpc: "2.0", id: 2, method: "ping" },
        { Authorization: `Bearer ${secret}` },
      );
      return answer.status === 400; // it names no session: requests after the slow one were admitted
    });
    await meanwhile();
    sent.end(text.slice(10));
    return promise;
  };
  const off = () => gateway.api.ask("PUT", "/api/mcp-gateway", { body: { ...gatewaySettings, enabled: false } });
  expect(await slowly(key.secret, off)).toBe(404);
  await gateway.api.ask("PUT", "/api/mcp-gateway", { body: gatewaySettings });
  const other = await gateway.key();
  expect(await slowly(other.secret, () => gateway.api.ask("DELETE", `/api/keys/${other.id}`))).toBe(401);
  expect((await gateway.api.ask("GET", "/api/mcp-gateway")).body.gateway.sessions).toBe(0);
});

test("keys that fill the gateway with sessions leave room for another key", async () => {
  const { mcpGateway } = gateway.api.deps;
  const secrets: string[] = [];
  for (let keys = 0; keys < 5; keys++) {
    const { secret } = await gateway.key();
    secrets.push(secret);
    const principal = gateway.api.deps.access.identify({ cookie: undefined, token: secret, https: false });
    if (!principal) throw new Error("no principal");
    for (let opened = 0; opened < 200; opened++) await mcpGateway.open(principal, { protocolVersion: "2025-11-25" });
  }
  const session = await open();
  expect(session["Mcp-Session-Id"]).not.toBe("");
  const { sessions, clients } = (await gateway.api.ask("GET", "/api/mcp-gateway")).body.gateway;
  expect(sessions).toBe(1_000);
  for (const { id } of clients) await gateway.api.ask("DELETE", `/api/mcp-gateway/clients/${id}/sessions`);
});

test("a server that changes its lists and then does not answer keeps its tools, and holds up nobody", async () => {
  const { server, id } = await remote("moody", {
    initialize: handshake({ tools: { listChanged: true } }),
    "tools/list": { tools: [{ name: "t", inputSchema: { type: "object" } }] },
  });
  const client = await gateway.connect({ secret: key.secret });
  expect((await client.listTools()).tools.map(({ name }) => name)).toContain("moody__t");
  server.answers["tools/list"] = () => written;
  server.answers["tools/call"] = (_message: unknown, response: import("node:http").ServerResponse) => {
    const changed = { jsonrpc: "2.0", method: "notifications/tools/list_changed" };
    const answer = { jsonrpc: "2.0", id: (_message as { id: number }).id, result: { content: [] } };
    response.writeHead(200, { "content-type": "text/event-stream" });
    for (const message of [changed, answer]) response.write(`data: ${JSON.stringify(message)}\n\n`);
    response.end();
    return written;
  };
  const { secret } = key;
  const changes = new Promise((resolve) => client.setNotificationHandler("notifications/tools/list_changed", resolve));
  await client.callTool({ name: "moody__t", arguments: {} });
  await changes;
  const other = await gateway.connect({ secret });
  await other.callTool({ name: "moody__t", arguments: {} });
  await other.callTool({ name: "good__good", arguments: {} });
  await remove(id);
});

test("shows no name, description or instruction that hides a part of itself", async () => {
  const hidden = "read\u202Egnp.exe\u{e0061}\u{e0062}\u200b";
  const { id } = await remote("masks", {
    initialize: handshake(
      { tools: {}, prompts: {}, resources: {} },
      { instructions: `say${hidden}\u001b]0;x\u0007 so` },
    ),
    "tools/list": {
      tools: [
        {
          name: hidden,
          description: hidden,
          inputSchema: {
            type: "object",
            properties: { description: { type: "string", description: hidden, enum: ["\u200b"] } },
          },
        },
        { name: "x".repeat(200), inputSchema: { type: "object" } },
        { name: "gоod", inputSchema: { type: "object" } },
      ],
    },
    "prompts/list": { prompts: [{ name: "p", arguments: [{ name: "a", description: hidden }] }] },
    "resources/list": {
      resources: [
        { uri: "demo://a", name: hidden },
        { uri: `demo://${hidden}`, name: "b" },
      ],
    },
  });
  await gateway.api.ask("PUT", "/api/mcp-gateway", { body: { ...gatewaySettings, nameSpacing: false } });
  const client = await gateway.connect({ secret: key.secret });
  const offered = [
    client.getInstructions(),
    (await client.listTools()).tools.filter(({ name }) => name !== "good"),
    (await client.listPrompts()).prompts,
    (await client.listResources()).resources,
  ];
  const text = JSON.stringify(offered).replace('"enum":["\u200b"]', "");
  expect(text).not.toMatch(/[\u202e\u200b\u{e0061}]|\\u001b|о/u);
  expect(text).toContain("readgnp.exe");
  expect(text).toContain("demo://a");
  expect(text).not.toContain("demo://read");
  await gateway.api.ask("PUT", "/api/mcp-gateway", { body: gatewaySettings });
  await remove(id);
});

test("a server that is taken out of the gateway ends its running calls, and the history hides secrets", async () => {
  const { id } = await remote("leaving", {
    initialize: handshake({ tools: {}, resources: {} }),
    "tools/call": () => written,
    "resources/list": { resources: [{ uri: "db://user:a-secret-word@host/x", name: "x" }] },
    "resources/read": { contents: [] },
  });
  const client = await gateway.connect({ secret: key.secret });
  await client.readResource({ uri: "db://user:a-secret-word@host/x" });
  const call = client.callTool({ name: "leaving__good", arguments: {} });
  call.catch(() => {});
  const calls = async () => (await gateway.api.ask("GET", "/api/mcp-gateway/calls")).body.calls as { state: string }[];
  await eventually(async () => (await calls())[0]?.state === "running");
  await gateway.changeServer(id, { enabled: false });
  await expect(call).rejects.toThrow(/no longer offered/);
  const text = JSON.stringify(await calls());
  expect(text).toContain("db://user:********@host/x");
  expect(text).not.toContain("a-secret-word");
  await remove(id);
});

test("shows the messages of programs without their content to who may not change servers", async () => {
  const client = await gateway.connect({ secret: key.secret });
  await client.callTool({ name: "good__good", arguments: { order: "of-a-program" } });
  const read = async (cookie?: string) =>
    (await gateway.api.ask("GET", `/api/mcp/${goodId}/wire`, cookie === undefined ? {} : { cookie })).body
      .entries as McpWireEntry[];
  expect(JSON.stringify(await read())).toContain("of-a-program");
  const seen = await read(await gateway.api.loginAs("operator"));
  expect(JSON.stringify(seen)).not.toContain("of-a-program");
  const call = seen.findLast(({ method, kind }) => method === "tools/call" && kind === "request");
  expect(call).toMatchObject({ hidden: true, ofProgram: true, message: expect.stringContaining('"name":"good"') });
  const response = seen.findLast(({ method, kind }) => method === "tools/call" && kind === "response");
  expect(response).toMatchObject({ hidden: true, message: expect.not.stringContaining("done") });
  expect(seen.find(({ method }) => method === "initialize")).toMatchObject({ hidden: false });
});
