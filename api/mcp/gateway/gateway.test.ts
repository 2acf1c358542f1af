import process from "node:process";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually, HANG_MS } from "../../../shared/testing/eventually.ts";
import { everythingServer, initialized, type McpTestServer, startMcpServer } from "../testing.ts";
import { startGateway, type TestGateway } from "./testing.ts";

let gateway: TestGateway;
let small: McpTestServer;
let everything: string;
let smallId: string;

const initialize = {
  jsonrpc: "2.0",
  id: 1,
  method: "initialize",
  params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "plain", version: "1" } },
};

beforeAll(async () => {
  gateway = await startGateway();
  small = await startMcpServer();
  everything = await gateway.expose("Everything", {
    type: "stdio",
    command: process.execPath,
    args: [everythingServer],
  });
  smallId = await gateway.expose("small", { type: "http", url: small.url });
  await gateway.offers("everything__echo", "small__good");
});
afterAll(async () => {
  await gateway.close();
  await small.close();
});

test("offers the tools, resources, templates and prompts of all exposed servers to the official client", async () => {
  const client = await gateway.connect();
  const { tools } = await client.listTools();
  const names = tools.map(({ name }) => name);
  expect(names).toContain("everything__echo");
  expect(names).toContain("small__good");
  expect(names.every((name) => /^[\w-]{1,64}$/.test(name))).toBe(true);
  const called = await client.callTool({ name: "everything__echo", arguments: { message: "hello" } });
  expect(called.content).toEqual([{ type: "text", text: "Echo: hello" }]);
  expect((await client.callTool({ name: "small__good", arguments: {} })).content).toEqual([
    { type: "text", text: "done" },
  ]);
  const { resources } = await client.listResources();
  const { resourceTemplates } = await client.listResourceTemplates();
  expect(resources.length).toBeGreaterThan(0);
  expect(resourceTemplates.length).toBeGreaterThan(0);
  const [first] = resources;
  const read = await client.readResource({ uri: first?.uri ?? "" });
  expect(read.contents[0]).toMatchObject({ uri: first?.uri });
  const { prompts } = await client.listPrompts();
  expect(prompts.map(({ name }) => name)).toContain("everything__simple-prompt");
  const prompt = await client.getPrompt({ name: "everything__simple-prompt" });
  expect(prompt.messages.length).toBeGreaterThan(0);
  await client.setLoggingLevel("error");
  await client.ping();
});

test("lists tools that are for apps only to clients that show apps, and to no others", async () => {
  const inputSchema = { type: "object" };
  const own = { name: "refresh", inputSchema, _meta: { ui: { visibility: ["app"] } } };
  const shown = { name: "show", inputSchema, _meta: { ui: { resourceUri: "ui://apps/show" } } };
  const server = await startMcpServer({ "tools/list": { tools: [own, shown] } });
  await gateway.expose("apps", { type: "http", url: server.url });
  await gateway.offers("apps__show");
  const listed = async (capabilities = {}) =>
    (await (await gateway.connect({ capabilities })).listTools()).tools
      .map(({ name }) => name)
      .filter((name) => name.startsWith("apps__"));
  const extensions = { "io.modelcontextprotocol/ui": { mimeTypes: ["text/html;profile=mcp-app"] } };
  expect(await listed()).toEqual(["apps__show"]);
  expect(await listed({ extensions })).toEqual(["apps__refresh", "apps__show"]);
  await server.close();
});

test("waits for a server that is about to run, as after a restart of the panel, and does not call its tools unknown", async () => {
  const server = await startMcpServer();
  const id = await gateway.expose("late", { type: "http", url: server.url });
  const client = await gateway.connect();
  // The gateway waits for seconds, which a busy machine takes for the start itself: then it is restarted once more.
  await eventually(async () => {
    const ready = Promise.withResolvers<void>();
    server.answers.initialize = async () => {
      await ready.promise;
      return initialized;
    };
    const restarted = gateway.api.ask("POST", `/api/mcp/${id}/restart`, { body: {} });
    await eventually(async () => (await gateway.api.ask("GET", `/api/mcp/${id}`)).body.server.status === "starting");
    const listed = client.listTools({}, { cacheMode: "refresh" });
    const called = client.callTool({ name: "late__good", arguments: {} });
    const answers = Promise.all([called, listed]);
    answers.catch(() => {});
    await client.notification({ method: "notifications/initialized" }); // the requests before it have come
    ready.resolve();
    expect((await restarted).status).toBe(200);
    const [{ content }, { tools }] = await answers;
    expect(content).toEqual([{ type: "text", text: "done" }]);
    expect(tools.map(({ name }) => name)).toContain("late__good");
  });
  await gateway.api.ask("DELETE", `/api/mcp/${id}`);
  await server.close();
});

test("passes progress, completion and errors of a server on", async () => {
  const client = await gateway.connect();
  const steps: number[] = [];
  const long = { name: "everything__trigger-long-running-operation", arguments: { duration: 0.3, steps: 3 } };
  const result = await client.callTool(long, { onprogress: ({ progress }) => void steps.push(progress) });
  expect(JSON.stringify(result.content)).toContain("completed");
  expect(steps).toEqual([1, 2, 3]);
  const { completion } = await client.complete({
    ref: { type: "ref/prompt", name: "everything__completable-prompt" },
    argument: { name: "department", value: "E" },
  });
  expect(completion.values).toEqual(["Engineering"]);
  await expect(client.callTool({ name: "everything__none", arguments: {} })).rejects.toThrow(/Unknown tool/);
  await expect(client.readResource({ uri: "other://none" })).rejects.toThrow(/not found/i);
});

test("carries sampling and elicitation of a call to the client whose call it is, and to no other", async () => {
  const capabilities = { sampling: {}, elicitation: { form: {} } };
  const asked: string[] = [];
  const connect = async (name: string) => {
    const client = await gateway.connect({ capabilities });
    client.setRequestHandler("sampling/createMessage", ({ params }) => {
      asked.push(`${name} ${JSON.stringify(params.messages)}`);
      return { role: "assistant", model: "test", content: { type: "text", text: `sampled by ${name}` } };
    });
    client.setRequestHandler("elicitation/create", () => {
      asked.push(`${name} elicited`);
      return { action: "decline" };
    });
    return client;
  };
  const a = await connect("a");
  await connect("b");
  const call = { name: "everything__trigger-sampling-request", arguments: { prompt: "hi", maxTokens: 10 } };
  expect(JSON.stringify(await a.callTool(call))).toContain("sampled by a");
  // The time that a person takes is not time of the call. A busy machine takes longer for the call itself: it gets more then.
  let seconds = 1;
  const elicited = await eventually(async () => {
    await gateway.changeServer(everything, { timeoutSeconds: seconds });
    const person = seconds * 1_000 + 500;
    seconds *= 2;
    a.setRequestHandler("elicitation/create", async () => {
      asked.push("a elicited");
      await new Promise((resolve) => setTimeout(resolve, person));
      return { action: "decline" };
    });
    return a.callTool({ name: "everything__trigger-elicitation-request", arguments: {} }, { timeout: HANG_MS });
  });
  await gateway.changeServer(everything, {});
  expect(JSON.stringify(elicited)).toContain("declined");
  expect(asked.length).toBeGreaterThan(1);
  expect(asked.filter((line) => !line.startsWith("a "))).toEqual([]);
});

test("cancels a call at the server when its client does, and stops one from the panel", async () => {
  const client = await gateway.connect();
  const long = { name: "everything__trigger-long-running-operation", arguments: { duration: 60, steps: 1 } };
  const running = async () =>
    ((await gateway.api.ask("GET", "/api/mcp-gateway/calls")).body.calls as { id: string; state: string }[]).filter(
      ({ state }) => state === "running",
    );
  const abort = new AbortController();
  const cancelled = client.callTool(long, { signal: abort.signal }).catch((error: unknown) => error);
  await eventually(async () => (await running()).length === 1);
  abort.abort();
  await cancelled;
  await eventually(async () => (await running()).length === 0);
  const stopped = client.callTool(long);
  stopped.catch(() => {});
  await eventually(async () => (await running()).length === 1);
  const [call] = await running();
  expect((await gateway.api.ask("POST", `/api/mcp-gateway/calls/${call?.id}/stop`, { body: {} })).status).toBe(200);
  await expect(stopped).rejects.toThrow(/stopped in the panel/);
  const { calls } = (await gateway.api.ask("GET", "/api/mcp-gateway/calls")).body;
  expect(calls.slice(0, 2)).toMatchObject([
    { state: "stopped", target: long.name, serverName: "Everything", keyName: "agent", client: "test 1" },
    { state: "cancelled" },
  ]);
  expect(JSON.stringify(calls)).not.toContain('"steps"');
});

test("tells clients that lists changed, hides what is switched off, and follows a resource", async () => {
  const client = await gateway.connect();
  const changes: string[] = [];
  client.setNotificationHandler("notifications/tools/list_changed", () => void changes.push("tools"));
  const updated: string[] = [];
  client.setNotificationHandler("notifications/resources/updated", ({ params }) => void updated.push(params.uri));
  await client.listTools();
  await gateway.changeServer(smallId, { hidden: { tool: ["good"], resource: [], template: [], prompt: [] } });
  await eventually(() => changes.length > 0);
  const hidden = await client.listTools({}, { cacheMode: "refresh" });
  expect(hidden.tools.map(({ name }) => name)).not.toContain("small__good");
  await expect(client.callTool({ name: "small__good", arguments: {} })).rejects.toThrow(/Unknown tool/);
  await gateway.changeServer(smallId, {});
  const { resources } = await client.listResources();
  const uri = resources[0]?.uri ?? "";
  await client.subscribeResource({ uri });
  await client.callTool({ name: "everything__toggle-subscriber-updates", arguments: {} });
  await eventually(() => updated.includes(uri));
  await client.callTool({ name: "everything__toggle-subscriber-updates", arguments: {} });
  await client.unsubscribeResource({ uri });
});

test("admits only API keys that name the scope, from this origin, while it is on", async () => {
  const challenge = async (headers: Record<string, string>) => {
    const { status, headers: given } = await gateway.post(initialize, headers);
    return [status, given.get("www-authenticate")];
  };
  const bearer = async (scopes: string[] | null) => ({ Authorization: `Bearer ${(await gateway.key(scopes)).secret}` });
  expect(await challenge({})).toEqual([401, 'Bearer realm="AI Desktop"']);
  expect(await challenge({ Authorization: "Bearer aid_wrong" })).toEqual([
    401,
    'Bearer realm="AI Desktop", error="invalid_token"',
  ]);
  for (const scopes of [null, ["mcp:control"]]) {
    expect(await challenge(await bearer(scopes))).toEqual([
      403,
      'Bearer realm="AI Desktop", error="insufficient_scope", scope="mcp:call"',
    ]);
  }
  const right = await bearer(["mcp:call"]);
  expect((await gateway.post(initialize, { ...right, Origin: "https://evil.example" })).status).toBe(403);
  expect((await gateway.post(initialize, { ...right, "Content-Type": "text/plain" })).status).toBe(415);
  expect((await gateway.post(initialize, right)).status).toBe(200);
  const { enabled: _, ...rest } = (await gateway.api.ask("GET", "/api/mcp-gateway")).body.gateway;
  const { nameSpacing, timeoutSeconds, callsPerMinute } = rest;
  const settings = { nameSpacing, timeoutSeconds, callsPerMinute };
  await gateway.api.ask("PUT", "/api/mcp-gateway", { body: { ...settings, enabled: false } });
  expect((await gateway.post(initialize, right)).status).toBe(404);
  await gateway.api.ask("PUT", "/api/mcp-gateway", { body: { ...settings, enabled: true } });
  const viewer = await gateway.api.loginAs("operator");
  expect((await gateway.api.ask("GET", "/api/mcp-gateway", { cookie: viewer })).status).toBe(403);
  expect((await gateway.api.ask("PUT", "/api/mcp-gateway", { body: settings, cookie: viewer })).status).toBe(403);
});

test("keeps a session with its key, and ends it with the key, its limits and by request", async () => {
  const { id, secret } = await gateway.key();
  const right = { Authorization: `Bearer ${secret}` };
  const other = { Authorization: `Bearer ${(await gateway.key()).secret}` };
  const open = async (headers: Record<string, string>) =>
    (await gateway.post(initialize, headers)).headers.get("mcp-session-id") ?? "";
  const ping = async (headers: Record<string, string>, session: string) =>
    (await gateway.post({ jsonrpc: "2.0", id: 2, method: "ping" }, { ...headers, "Mcp-Session-Id": session })).status;
  const session = await open(right);
  expect([await ping(right, session), await ping(other, session), await ping(right, "guess")]).toEqual([200, 404, 404]);
  expect((await gateway.post({ jsonrpc: "2.0", id: 2, method: "ping" }, right)).status).toBe(400);
  const ended = await fetch(gateway.url, { method: "DELETE", headers: { ...right, "Mcp-Session-Id": session } });
  expect([ended.status, await ping(right, session)]).toEqual([204, 404]);

  const limited = await open(right);
  const body = { servers: [smallId] };
  expect((await gateway.api.ask("PUT", `/api/mcp-gateway/clients/${id}`, { body })).status).toBe(200);
  expect(await ping(right, limited)).toBe(404);
  const client = await gateway.connect({ secret });
  expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(["small__good"]);
  await expect(client.callTool({ name: "everything__echo", arguments: { message: "x" } })).rejects.toThrow(/Unknown/);

  const last = await open(right);
  const stream = await fetch(gateway.url, {
    headers: { ...right, "Mcp-Session-Id": last, Accept: "text/event-stream" },
  });
  expect((await gateway.api.ask("DELETE", `/api/keys/${id}`)).status).toBe(200);
  await stream.text(); // ends
  expect(await ping(right, last)).toBe(401);
});

test("limits calls by key and server, and the time of a call", async () => {
  const { id, secret } = await gateway.key();
  await gateway.api.ask("PUT", `/api/mcp-gateway/clients/${id}`, { body: { servers: null, callsPerMinute: 2 } });
  const client = await gateway.connect({ secret });
  const call = () => client.callTool({ name: "small__good", arguments: {} });
  await call();
  await call();
  await expect(call()).rejects.toThrow(/Too many/);
  await gateway.changeServer(everything, { timeoutSeconds: 1 });
  const other = await gateway.connect();
  const long = { name: "everything__trigger-long-running-operation", arguments: { duration: 60, steps: 1 } };
  await expect(other.callTool(long)).rejects.toThrow(/did not answer within 1 s/);
  await gateway.changeServer(everything, { callsPerMinute: 1 });
  const echo = { name: "everything__echo", arguments: { message: "x" } };
  await other.callTool(echo);
  await expect(other.callTool(echo)).rejects.toThrow(/Too many/);
  await gateway.changeServer(everything, {});
});
