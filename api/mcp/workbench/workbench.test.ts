import process from "node:process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Job } from "../../../shared/protocol/job.ts";
import type { McpServer, McpTool } from "../../../shared/protocol/mcp.ts";
import type {
  McpAbout,
  McpChanges,
  McpCheck,
  McpPrompt,
  McpResource,
  McpResourceTemplate,
  McpSavedCall,
  McpServerRequest,
  McpWireEntry,
} from "../../../shared/protocol/mcp-workbench.ts";
import { eventually, HANG_MS } from "../../../shared/testing/eventually.ts";
import { startApi, type TestApi } from "../../testing/api-server.ts";
import { createMcpHost } from "../host/host.ts";
import { everythingServer, nodeOnly } from "../testing.ts";

let api: TestApi;
let id: string;
let viewer: string;
const secret = "s3cret-value-1234";

beforeAll(async () => {
  api = await startApi({ change: (deps) => ({ mcp: createMcpHost({ ...deps, config: nodeOnly, startMs: HANG_MS }) }) });
  viewer = await api.loginAs("viewer");
  const transport = { type: "stdio", command: process.execPath, args: [everythingServer], env: { API_TOKEN: secret } };
  const made = await api.ask("POST", "/api/mcp", { body: { name: "everything", transport } });
  id = (made.body as { server: McpServer }).server.id;
  await start();
});
afterAll(() => api.close());

const start = async () =>
  expect((await api.ask("POST", `/api/mcp/${id}/start`, { body: {} })).body).toMatchObject({
    server: { status: "running" },
  });
const get = async <T>(path: string) => {
  const answer = await api.ask("GET", `/api/mcp/${id}/${path}`);
  expect(answer.status, answer.text).toBe(200);
  return answer.body as T;
};
const post = (path: string, body: object) => api.ask("POST", `/api/mcp/${id}/${path}`, { body });
const call = (name: string, args: object = {}) => post("tools/call", { name, arguments: args });
const events = (name: string) => api.emitted.filter(({ event }) => event === name);
const waiting = () =>
  eventually(async () => (await get<{ requests: McpServerRequest[] }>("requests")).requests[0] ?? false);
const wire = async () => (await get<{ entries: McpWireEntry[] }>("wire")).entries;

describe("what a server offers", () => {
  test("shows what it said in the handshake", async () => {
    const { about } = await get<{ about: McpAbout }>("about");
    expect(about.protocolVersion).toMatch(/^20\d\d-/);
    expect(about.capabilities).toMatchObject({ tools: {}, resources: {}, prompts: {}, completions: {} });
    expect(about.instructions).toContain("Everything");
    expect(about.serverInfo?.name).toContain("everything");
  });

  test("lists resources, templates with their variables, and prompts with their arguments", async () => {
    const { items: resources, nextCursor } = await get<{ items: McpResource[]; nextCursor: null }>("resources");
    expect(resources.length).toBeGreaterThan(0);
    expect(nextCursor).toBeNull();
    const { items: templates } = await get<{ items: McpResourceTemplate[] }>("resource-templates");
    expect(templates.map(({ variables }) => variables)).toContainEqual(["resourceId"]);
    const { items: prompts } = await get<{ items: McpPrompt[] }>("prompts");
    expect(prompts.find(({ arguments: given }) => given.some(({ required }) => required))).toBeDefined();
  });

  test("reads a resource by URI and by a template, and refuses a template that is none", async () => {
    const { items } = await get<{ items: McpResource[] }>("resources");
    const read = await post("resources/read", { uri: items[0]?.uri });
    expect(read.body).toMatchObject({ success: true, result: { contents: [{ uri: items[0]?.uri }] } });
    const uriTemplate = "demo://resource/dynamic/text/{resourceId}";
    const expanded = await post("resources/read", { uriTemplate, values: { resourceId: "7" } });
    expect(expanded.body).toMatchObject({ uri: "demo://resource/dynamic/text/7", result: { contents: [{}] } });
    const broken = await post("resources/read", { uriTemplate: "demo://{", values: {} });
    expect(broken.body).toMatchObject({ code: "invalid_input" });
    const unknown = await post("resources/read", { uri: "demo://none" });
    expect(unknown.body).toMatchObject({ success: false, error: expect.stringContaining("demo://none") });
  });

  test("returns the messages of a prompt, and suggests values of its arguments", async () => {
    const { items } = await get<{ items: McpPrompt[] }>("prompts");
    const plain = items.find(({ arguments: given }) => given.length === 0);
    const got = await post("prompts/get", { name: plain?.name });
    expect(got.body).toMatchObject({ result: { messages: [{ role: "user", content: { type: "text" } }] } });
    const completable = items.find(({ name }) => name.includes("complet"));
    const argument = completable?.arguments[0]?.name ?? "";
    const query = new URLSearchParams({ prompt: completable?.name ?? "", argument, value: "" });
    const { completion } = await get<{ completion: { values: string[] } }>(`completion?${query}`);
    expect(completion.values.length).toBeGreaterThan(0);
    expect((await api.ask("GET", `/api/mcp/${id}/completion?argument=x`)).status).toBe(400);
  });

  test("keeps what was sent to a server from viewers", async () => {
    expect((await api.ask("GET", `/api/mcp/${id}/prompts`, { cookie: viewer })).status).toBe(200);
    for (const path of ["wire", "requests", "roots", "saved-calls", "completion?argument=x&prompt=y"]) {
      expect((await api.ask("GET", `/api/mcp/${id}/${path}`, { cookie: viewer })).status).toBe(403);
    }
    for (const [path, body] of [
      ["resources/read", { uri: "demo://x" }],
      ["prompts/get", { name: "x" }],
      ["send", { method: "ping" }],
      ["subscriptions", { uri: "demo://x" }],
    ] as const) {
      expect((await api.ask("POST", `/api/mcp/${id}/${path}`, { body, cookie: viewer })).status).toBe(403);
    }
  });
});

describe("a request of the server", () => {
  test("waits for a person, and gets the answer", async () => {
    const calling = call("trigger-sampling-request", { prompt: "Say hi", maxTokens: 10 });
    const { id: request, method, params } = await waiting();
    expect(method).toBe("sampling/createMessage");
    expect(JSON.stringify(params)).toContain("Say hi");
    expect((await api.ask("GET", `/api/mcp/${id}`)).body).toMatchObject({ server: { pendingRequests: 1 } });
    const odd = await post(`requests/${request}/answer`, { action: "answer", result: { role: "assistant" } });
    expect(odd.body).toMatchObject({ code: "invalid_input" });
    const result = { role: "assistant", model: "by-hand", content: { type: "text", text: "hi from a person" } };
    expect((await post(`requests/${request}/answer`, { action: "answer", result })).status).toBe(200);
    expect((await calling).text).toContain("hi from a person");
    expect((await post(`requests/${request}/answer`, { action: "refuse" })).status).toBe(404);
    expect(events("requests:changed").map(({ data }) => (data as { pending: number }).pending)).toEqual([1, 0]);
  });

  test("is refused", async () => {
    const calling = call("trigger-sampling-request", { prompt: "Say hi" });
    await post(`requests/${(await waiting()).id}/answer`, { action: "refuse" });
    expect((await calling).text).toContain("refused");
    const { entries } = (await api.ask("GET", "/api/audit?action=mcp:answer-request")).body as { entries: object[] };
    expect(JSON.stringify(entries)).toContain("refusal to");
  });

  test("is answered by a form, and declined", async () => {
    const calling = call("trigger-elicitation-request");
    const request = await waiting();
    expect(request).toMatchObject({ method: "elicitation/create", params: { requestedSchema: { type: "object" } } });
    const content = { name: "Ada", check: true };
    await post(`requests/${request.id}/answer`, { action: "answer", result: { action: "accept", content } });
    expect((await calling).text).toContain("Ada");
    const again = call("trigger-elicitation-request");
    await post(`requests/${(await waiting()).id}/answer`, { action: "refuse" });
    expect((await again).text).toMatch(/declin/i);
  });

  test("ends with the call that was cancelled, or the server that stopped", async () => {
    const calling = call("trigger-sampling-request", { prompt: "Say hi" });
    await waiting();
    await api.ask("POST", `/api/mcp/${id}/stop`, { body: {} });
    expect((await calling).body).toMatchObject({ success: false });
    await eventually(async () => (await get<{ requests: unknown[] }>("requests")).requests.length === 0);
    await start();
  });

  test("for its roots gets those of the server, also after a change", async () => {
    const body = { roots: [{ uri: "file:///srv/shop", name: "Shop" }] };
    expect((await api.ask("PUT", `/api/mcp/${id}/roots`, { body: { roots: [{ uri: "/srv" }] } })).status).toBe(400);
    expect((await api.ask("PUT", `/api/mcp/${id}/roots`, { body })).body).toMatchObject(body);
    await eventually(async () => (await call("get-roots-list")).text.includes("file:///srv/shop"));
    expect(await get("roots")).toMatchObject(body);
  });
});

describe("messages of a server", () => {
  test("are shown in both directions with their time, without secrets, after a number", async () => {
    await call("get-env");
    const entries = await wire();
    const sent = entries.findLast(({ direction, method }) => direction === "sent" && method === "tools/call");
    const received = entries.find(({ direction, id: key, sequence }) => {
      return direction === "received" && key === sent?.id && sequence > (sent?.sequence ?? 0);
    });
    expect(sent).toMatchObject({ kind: "request", durationMs: null });
    expect(received).toMatchObject({ kind: "response", method: "tools/call", durationMs: expect.any(Number) });
    expect(received?.message).toContain("API_TOKEN");
    expect(JSON.stringify(entries)).not.toContain(secret);
    const later = await get<{ entries: McpWireEntry[] }>(`wire?after=${received?.sequence}`);
    expect(later.entries.every(({ sequence }) => sequence > (received?.sequence ?? 0))).toBe(true);
    expect(entries.map(({ method }) => method)).toContain("initialize");
  });

  test("of any kind are sent, and forgotten on demand", async () => {
    expect((await post("send", { method: "ping" })).body).toMatchObject({ success: true, result: {} });
    expect((await post("send", { method: "no/such" })).body).toMatchObject({ code: "invalid_input" });
    expect((await post("send", { method: "tools/call\n" })).status).toBe(400);
    await api.ask("DELETE", `/api/mcp/${id}/wire`);
    expect(await wire()).toEqual([]);
  });

  test("are logged from the chosen level on", async () => {
    expect((await api.ask("PUT", `/api/mcp/${id}/log-level`, { body: { level: "error" } })).status).toBe(200);
    expect(await get("about")).toMatchObject({ logLevel: "error" });
    expect((await wire()).map(({ message }) => message).join()).toContain('"level":"error"');
  });
});

test("follows a resource until it is told to stop", async () => {
  const { items } = await get<{ items: McpResource[] }>("resources");
  const uri = items[0]?.uri ?? "";
  expect((await post("subscriptions", { uri })).status).toBe(200);
  expect((await get<{ about: McpAbout }>("about")).about.subscriptions).toEqual([uri]);
  await call("toggle-subscriber-updates");
  await eventually(() => events("resource:updated").some(({ data }) => (data as { uri: string }).uri === uri));
  await call("toggle-subscriber-updates");
  await api.ask("DELETE", `/api/mcp/${id}/subscriptions?uri=${encodeURIComponent(uri)}`);
  expect((await get<{ about: McpAbout }>("about")).about.subscriptions).toEqual([]);
});

test("ends a call after the time that it was given", async () => {
  const body = { name: "trigger-long-running-operation", arguments: { duration: 60, steps: 2 }, timeoutMs: 1_000 };
  const answer = await post("tools/call", body);
  expect(answer.body).toMatchObject({ success: false, error: "The server did not answer within 1 s." });
  expect((await post("tools/call", { ...body, timeoutMs: 5 })).status).toBe(400);
});

describe("saved calls", () => {
  const echo = { method: "tools/call", params: { name: "echo", arguments: { message: "hello" } } };
  const weather = {
    method: "tools/call",
    params: { name: "get-structured-content", arguments: { location: "Chicago" } },
  };
  const save = async (call: object) => {
    const made = await post("saved-calls", call);
    expect(made.status, made.text).toBe(201);
    return (made.body as { call: McpSavedCall }).call;
  };
  const check = async ({ id: call }: McpSavedCall) =>
    ((await post(`saved-calls/${call}/check`, {})).body as { check: McpCheck }).check;
  const list = async () => (await get<{ calls: McpSavedCall[] }>("saved-calls")).calls;
  const remove = (call: McpSavedCall) => api.ask("DELETE", `/api/mcp/${id}/saved-calls/${call.id}`);

  test("hold assertions of each kind, and a check names what differs", async () => {
    const schema = { type: "object", properties: { temperature: { type: "number" } }, required: ["temperature"] };
    const holding = [
      { kind: "succeeds" },
      { kind: "exists", path: "/structuredContent/humidity" },
      { kind: "matches", schema },
      { kind: "within", milliseconds: 60_000 },
    ];
    const stored = await save({ name: "Weather", ...weather, assertions: holding });
    expect(stored).toMatchObject({ lastCheck: null });
    expect(await check(stored)).toMatchObject({ passed: true, failures: [], error: null });
    const assertions = [
      { kind: "fails" },
      { kind: "contains", text: "snow in July" },
      { kind: "exists", path: "/content/9" },
      { kind: "equals", path: "/content/0/type", value: "image" },
      { kind: "matches", schema: { required: ["altitude"] } },
    ];
    await api.ask("PUT", `/api/mcp/${id}/saved-calls/${stored.id}`, {
      body: { name: "Weather", ...weather, assertions },
    });
    expect(await list()).toMatchObject([{ id: stored.id, lastCheck: null }]);
    const failed = await check(stored);
    expect(failed).toMatchObject({
      passed: false,
      failures: [
        "The call succeeded.",
        'No text of the result contains "snow in July".',
        "The result has no value at /content/9.",
        '/content/0/type is "text", not "image".',
        "/structuredContent does not match the schema: altitude is missing.",
      ],
    });
    expect(failed.outcomes[3]).toMatchObject({ passed: false, expected: '"image"', actual: '"text"' });
    const { result: _result, ...kept } = failed;
    expect(await list()).toMatchObject([{ id: stored.id, name: "Weather", lastCheck: kept }]);

    const removed = await remove(stored);
    expect(removed.body).toMatchObject({ call: { name: "Weather", assertions } });
    expect(await list()).toEqual([]);
    expect((await post(`saved-calls/${stored.id}/check`, {})).status).toBe(404);
    expect((await remove(stored)).status).toBe(404);
  });

  test("are imported all or none, and run as one job whose output has no values", async () => {
    const calls = [
      { name: "Echo", ...echo, assertions: [{ kind: "contains", text: "hello" }] },
      { name: "No such tool", method: "tools/call", params: { name: "none" } },
      { name: "Unknown method", method: "no/such", assertions: [{ kind: "fails" }] },
    ];
    const odd = [...calls, { name: "Odd", method: "tools/call", assertions: [{ kind: "equals", path: "content" }] }];
    expect((await post("saved-calls/import", { calls: odd })).status).toBe(400);
    const many = Array.from({ length: 199 }, () => calls[0]);
    const first = await save({ name: "One", ...echo });
    expect((await post("saved-calls/import", { calls: [...many, calls[0]] })).body).toMatchObject({ code: "conflict" });
    expect(await list()).toHaveLength(1);
    await remove(first);
    expect((await post("saved-calls/import", { calls })).status).toBe(201);

    const started = await post("saved-calls/check", {});
    expect(started.status).toBe(202);
    const job = await eventually(async () => {
      const { job: now } = (await api.ask("GET", `/api/jobs/${(started.body as { job: Job }).job.id}`)).body as {
        job: Job;
      };
      return now.state !== "running" && now;
    });
    expect(job).toMatchObject({ state: "succeeded", result: { passed: 2, failed: 1 } });
    expect(job.lines.map((line) => line.replace(/\d+ ms/, "n ms"))).toEqual([
      "Echo: passed (n ms)",
      "No such tool: 1 of its assertions failed (n ms)",
      "Unknown method: passed (n ms)",
    ]);
    expect((await list()).map(({ lastCheck }) => lastCheck?.passed)).toEqual([true, false, true]);
    for (const call of await list()) await remove(call);
  });

  test("are closed to viewers", async () => {
    for (const path of ["saved-calls", "saved-calls/import", "saved-calls/check"]) {
      const body = { name: "x", method: "ping", calls: [{ name: "x", method: "ping" }] };
      expect((await api.ask("POST", `/api/mcp/${id}/${path}`, { body, cookie: viewer })).status).toBe(403);
    }
  });
});

test("compares what a server offers with its start before", async () => {
  const { tools } = await get<{ tools: McpTool[] }>("tools");
  await eventually(async () => (await get<{ changes: McpChanges }>("changes")).changes.after !== null);
  const first = (await get<{ changes: McpChanges }>("changes")).changes.after;
  await api.ask("POST", `/api/mcp/${id}/stop`, { body: {} });
  await start();
  await get("tools");
  await eventually(async () => (await get<{ changes: McpChanges }>("changes")).changes.after !== first);
  const { changes } = await get<{ changes: McpChanges }>("changes");
  expect(changes.before).not.toBeNull();
  expect(changes.tools.removed).toEqual([]);
  expect(tools.length).toBeGreaterThan(5);
});
