import process from "node:process";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { McpServer, McpTool } from "../../shared/protocol/mcp.ts";
import { HANG_MS } from "../../shared/testing/eventually.ts";
import { startApi, type TestApi } from "../testing/api-server.ts";
import { createMcpHost } from "./host/host.ts";
import { everythingServer, nodeOnly } from "./testing.ts";

const body = {
  name: "everything",
  transport: { type: "stdio", command: process.execPath, args: [everythingServer], env: { API_TOKEN: "s3cret-value" } },
};
let api: TestApi;
let operator: string;
let viewer: string;

beforeAll(async () => {
  api = await startApi({ change: (deps) => ({ mcp: createMcpHost({ ...deps, config: nodeOnly, startMs: HANG_MS }) }) });
  operator = await api.loginAs("operator");
  viewer = await api.loginAs("viewer");
});
afterAll(() => api.close());

const serverOf = (answer: { body: unknown }) => (answer.body as { server: McpServer }).server;
const register = async () => serverOf(await api.ask("POST", "/api/mcp", { body })).id;

test("registers, starts, lists the tools, calls one, reads the log, stops and removes a real server", async () => {
  const made = await api.ask("POST", "/api/mcp", { body });
  expect(made.status).toBe(201);
  const { id } = serverOf(made);
  const path = `/api/mcp/${id}`;
  expect(serverOf(await api.ask("POST", `${path}/start`, { body: {} }))).toMatchObject({ status: "running" });
  const { tools } = (await api.ask("GET", `${path}/tools`)).body as { tools: McpTool[] };
  expect(tools.length).toBeGreaterThan(5);
  const call = await api.ask("POST", `${path}/tools/call`, { body: { name: "echo", arguments: { message: "hello" } } });
  expect(call.body).toMatchObject({ success: true, result: { content: [{ type: "text", text: "Echo: hello" }] } });
  expect((await api.ask("GET", `${path}/log`)).body).toMatchObject({
    entries: expect.arrayContaining([expect.objectContaining({ source: "stderr", serverId: id })]),
  });
  expect(serverOf(await api.ask("POST", `${path}/stop`, { body: {} }))).toMatchObject({ status: "stopped" });
  expect((await api.ask("DELETE", path)).status).toBe(200);
  expect((await api.ask("GET", path)).status).toBe(404);
  const notified = api.emitted.filter(({ event }) => event === "status" || event === "mcp:changed");
  expect(
    notified.map(
      ({ data }) => (data as { status?: string; action?: string }).status ?? (data as { action: string }).action,
    ),
  ).toEqual(["created", "starting", "starting", "running", "running", "stopped", "stopped", "removed"]);
});

test("lets viewers read, operators start and call, and only administrators choose the program", async () => {
  const id = await register();
  for (const cookie of [viewer, operator]) {
    for (const [method, path] of [
      ["POST", "/api/mcp"],
      ["PUT", `/api/mcp/${id}`],
    ] as const) {
      expect((await api.ask(method, path, { body, cookie })).status).toBe(403);
    }
    expect((await api.ask("DELETE", `/api/mcp/${id}`, { cookie })).status).toBe(403);
    const seen = await api.ask("GET", "/api/mcp", { cookie });
    expect(seen.status).toBe(200);
    expect(seen.text).toContain("API_TOKEN");
    expect(seen.text).not.toContain("s3cret-value");
    expect(serverOf(await api.ask("GET", `/api/mcp/${id}`, { cookie })).transport).toMatchObject({ args: [] });
  }
  expect((await api.ask("POST", `/api/mcp/${id}/start`, { body: {}, cookie: viewer })).status).toBe(403);
  expect((await api.ask("POST", `/api/mcp/${id}/start`, { body: {}, cookie: operator })).status).toBe(200);
  const call = { name: "echo", arguments: { message: "x" } };
  expect((await api.ask("POST", `/api/mcp/${id}/tools/call`, { body: call, cookie: viewer })).status).toBe(403);
  expect((await api.ask("POST", `/api/mcp/${id}/tools/call`, { body: call, cookie: operator })).status).toBe(200);
  expect((await api.ask("DELETE", `/api/mcp/${id}`)).status).toBe(200);
});

test("records the program in the audit trail, and refuses a password in the request", async () => {
  const id = await register();
  expect((await api.ask("POST", "/api/mcp", { body: { ...body, name: "other", password: "x" } })).status).toBe(400);
  await api.ask("DELETE", `/api/mcp/${id}`);
  const { entries } = (await api.ask("GET", "/api/audit?action=mcp:create")).body as { entries: object[] };
  expect(JSON.stringify(entries)).toContain(`runs ${process.execPath}`);
});

test("names a server that is started, called, stopped or removed in the audit trail", async () => {
  const id = await register();
  await api.ask("POST", `/api/mcp/${id}/start`, { body: {} });
  await api.ask("POST", `/api/mcp/${id}/tools/call`, { body: { name: "echo", arguments: { message: "x" } } });
  await api.ask("POST", `/api/mcp/${id}/stop`, { body: {} });
  await api.ask("DELETE", `/api/mcp/${id}`);
  for (const verb of ["start", "stop", "remove"]) {
    const { entries } = (await api.ask("GET", `/api/audit?action=mcp:${verb}`)).body;
    expect(entries).toContainEqual(expect.objectContaining({ target: `everything (${id})`, outcome: "done" }));
  }
  const { entries: calls } = (await api.ask("GET", "/api/audit?action=mcp:call-tool")).body;
  expect(calls).toContainEqual(expect.objectContaining({ target: `echo of everything (${id})`, outcome: "done" }));
});

test("lets a key choose the program only with that scope", async () => {
  const keyOf = async (scopes: string[] | null) => {
    const key = { name: "ci", role: "admin", days: 1, scopes };
    return ((await api.ask("POST", "/api/keys", { body: key })).body as { secret: string }).secret;
  };
  const ask = async (token: string) => api.ask("POST", "/api/mcp", { body, token, origin: null });
  expect((await ask(await keyOf(null))).status).toBe(403);
  expect((await ask(await keyOf(["mcp:view", "mcp:control"]))).status).toBe(403);
  const made = await ask(await keyOf(["mcp:manage"]));
  expect(made.status).toBe(201);
  await api.ask("DELETE", `/api/mcp/${serverOf(made).id}`);
});

test.for([
  ["a shell", { command: "sh", args: ["-c", "id"] }, 403],
  ["npx", { command: "npx", args: ["-y", "x"] }, 403],
  ["a preloaded library", { env: { LD_PRELOAD: "/tmp/x.so" } }, 400],
  ["options of node", { env: { NODE_OPTIONS: "--require /tmp/x" } }, 400],
  ["another registry of packages", { env: { npm_config_registry: "https://evil.example" } }, 400],
  ["another library of Python", { env: { PYTHONHOME: "/tmp" } }, 400],
  ["another search path of the loader", { env: { ld_library_path: "/tmp" } }, 400],
  ["another PATH", { env: { Path: "/tmp" } }, 400],
  ["a folder to run in", { cwd: "/" }, 400],
  ["NUL in an argument", { args: ["a\0b"] }, 400],
  ["a line for a shell", { shell: true }, 400],
] as const)("refuses to register %s", async ([, change, status]) => {
  const answer = await api.ask("POST", "/api/mcp", { body: { ...body, transport: { ...body.transport, ...change } } });
  expect(answer.status).toBe(status);
  expect((await api.ask("GET", "/api/mcp")).body).toMatchObject({ servers: [] });
});

test.for([
  ["a header that splits", { "X-A": "1\r\nX-B: 2" }],
  ["a Host header", { Host: "evil" }],
  ["a name that is none", { "a b": "1" }],
] as const)("refuses to send %s", async ([, headers]) => {
  const transport = { type: "http", url: "https://example.com/mcp", headers };
  expect((await api.ask("POST", "/api/mcp", { body: { name: "x", transport } })).status).toBe(400);
});

test("responds with an error code for a server that does not run", async () => {
  const id = await register();
  expect((await api.ask("GET", `/api/mcp/${id}/tools`)).body).toMatchObject({ success: false, code: "conflict" });
  const call = { name: "echo", arguments: {} };
  expect((await api.ask("POST", `/api/mcp/${id}/tools/call`, { body: call })).body).toMatchObject({ code: "conflict" });
  expect((await api.ask("POST", `/api/mcp/${id}/tools/call`, { body: { ...call, extra: 1 } })).status).toBe(400);
  for (const path of ["", "/tools", "/log"]) expect((await api.ask("GET", `/api/mcp/none${path}`)).status).toBe(404);
  expect((await api.ask("DELETE", `/api/mcp/${id}`)).status).toBe(200);
});
