import { join } from "node:path";
import process from "node:process";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { McpServer, McpTool } from "../../../shared/protocol/mcp.ts";
import type { McpAppView } from "../../../shared/protocol/mcp-app.ts";
import { HANG_MS } from "../../../shared/testing/eventually.ts";
import { type Ask, WEB_ORIGIN } from "../../access/testing.ts";
import { startApi, type TestApi } from "../../testing/api-server.ts";
import { createMcpHost } from "../host/host.ts";
import { nodeOnly } from "../testing.ts";
import { toAppPolicy } from "./app-policy.ts";
import { createAppViews } from "./app-views.ts";

const program = join(import.meta.dirname, "../../../shared/testing/probes/mcp-app-server.ts");
let api: TestApi;
let id: string;

beforeAll(async () => {
  api = await startApi({ change: (deps) => ({ mcp: createMcpHost({ ...deps, config: nodeOnly, startMs: HANG_MS }) }) });
  const transport = { type: "stdio", command: process.execPath, args: [program] };
  const made = await api.ask("POST", "/api/mcp", { body: { name: "apps", transport } });
  id = (made.body as { server: McpServer }).server.id;
  await api.ask("POST", `/api/mcp/${id}/start`, { body: {} });
});
afterAll(() => api.close());

const open = (uri: string) => api.ask("POST", `/api/mcp/${id}/apps`, { body: { uri } });
const opened = async (uri: string) => ((await open(uri)).body as { view: McpAppView }).view;

test("says which tools have an app, and that the panel shows apps", async () => {
  const { tools } = (await api.ask("GET", `/api/mcp/${id}/tools`)).body as { tools: McpTool[] };
  const apps = Object.fromEntries(tools.map(({ name, app }) => [name, app]));
  expect(apps).toMatchObject({
    show: { resourceUri: "ui://test/show", visibility: null },
    plain: { resourceUri: "ui://test/plain" },
    free: { resourceUri: null, visibility: ["app"] },
  });
  expect(apps.change).toBeUndefined();
  const { entries } = (await api.ask("GET", `/api/mcp/${id}/wire`)).body as { entries: { message: string }[] };
  expect(entries.map(({ message }) => message).join()).toContain("io.modelcontextprotocol/ui");
});

test("serves an app once, to the user who opened it, in a sandbox with a policy of its own", async () => {
  const { path, domains } = await opened("ui://test/show");
  expect(Object.values(domains).flat()).toEqual([]);
  const operator = await api.loginAs("operator");
  expect((await api.ask("GET", path, { cookie: operator })).status).toBe(404);
  expect((await api.ask("GET", path, { cookie: await api.loginAs("viewer") })).status).toBe(403);
  expect((await api.ask("GET", path, { cookie: "" })).status).toBe(401);
  const served = await api.ask("GET", path);
  expect(served.text).toContain("<title>Show</title>");
  const policy = String(served.headers["content-security-policy"]);
  expect(policy).toMatch(/^sandbox allow-scripts allow-forms; default-src 'none'/);
  for (const part of ["connect-src 'none'", "frame-src 'none'", "form-action 'none'", "base-uri 'none'"]) {
    expect(policy.split("; ")).toContain(part);
  }
  expect(policy).not.toMatch(/'self'|allow-same-origin|allow-top|allow-popups/);
  expect(served.headers["permissions-policy"]).toContain("camera=()");
  expect(served.headers["set-cookie"]).toBeUndefined();
  expect((await api.ask("GET", path)).status).toBe(404);
});

test("may be framed by the page that opened it, and by no other", async () => {
  const policyOf = async (view: McpAppView, caller: Ask = {}) =>
    (await api.ask("GET", view.path, caller)).headers["content-security-policy"];
  expect(await policyOf(await opened("ui://test/show"))).toContain(`frame-ancestors ${WEB_ORIGIN}`);
  const { body: key } = await api.ask("POST", "/api/keys", { body: { name: "agent", role: "operator", days: 1 } });
  const program = { token: (key as { secret: string }).secret, origin: null };
  const made = await api.ask("POST", `/api/mcp/${id}/apps`, { body: { uri: "ui://test/show" }, ...program });
  expect(await policyOf((made.body as { view: McpAppView }).view, program)).toContain("frame-ancestors 'none'");
});

test("refuses what is no app, is too large, or is no ui:// address", async () => {
  expect((await open("ui://test/plain")).body).toMatchObject({ code: "invalid_input" });
  expect((await open("ui://test/huge")).status).toBe(413);
  expect((await open("ui://test/none")).status).toBeGreaterThanOrEqual(400);
  for (const uri of ["https://example.com", "file:///etc/passwd", "ui://", "ui://a b"]) {
    expect((await open(uri)).status).toBe(400);
  }
  const viewer = await api.loginAs("viewer");
  const body = { uri: "ui://test/show" };
  expect((await api.ask("POST", `/api/mcp/${id}/apps`, { body, cookie: viewer })).status).toBe(403);
});

test("names the addresses that an app reaches, those that are refused, and what is not granted", async () => {
  expect(await opened("ui://test/outside")).toMatchObject({
    domains: { connectDomains: ["https://api.example.com"] },
    refused: ["https://127.0.0.1", "*", "https://a.example.com; script-src *"],
    permissions: ["camera"],
  });
});

test("a policy holds public names only, and no word of the server", () => {
  const given = {
    connectDomains: [
      "wss://live.example.com:8443",
      "blob:",
      "https://*.example.org",
      "https://panel.example.net",
      5,
      { toString: 1 },
    ],
    resourceDomains: ["https://cdn.example.com/", "data:", "wss://live.example.com", "'unsafe-eval'", "https:"],
    frameDomains: ["https://*.com", "https://*.example.net", "http://a.example.com", "https://user@a.example.com"],
    baseUriDomains: [
      "https://*.example.org",
      "https://localhost",
      "https://nas.local",
      "https://10.0.0.1",
      "https://[::1]",
    ],
  };
  const { header, domains, refused } = toAppPolicy(given, ["panel.example.net"], "https://panel.example.net");
  expect(domains).toEqual({
    connectDomains: ["wss://live.example.com:8443", "blob:", "https://*.example.org"],
    resourceDomains: ["https://cdn.example.com", "data:"],
    frameDomains: [],
    baseUriDomains: [],
  });
  expect(refused).toHaveLength(14);
  expect(header).toContain("script-src 'unsafe-inline' https://cdn.example.com data:");
  expect(header).toContain("img-src data: blob: https://cdn.example.com;");
  expect(header).not.toMatch(/unsafe-eval|localhost|\bpanel\.example\.net(?!$)/);
  const many = { connectDomains: Array.from({ length: 500 }, (_, at) => `https://n${at}.example.com`) };
  expect(toAppPolicy(many, [], undefined).domains.connectDomains).toHaveLength(30);
});

test("views that nobody takes are dropped by age, by number and by size, those of one user first", () => {
  let now = 0;
  const views = createAppViews(() => now);
  const add = (bytes: number, caller = "a") => views.add({ caller, html: new Uint8Array(bytes), policy: "" });
  const mine = add(1);
  for (let count = 0; count < 50; count++) add(1, "greedy");
  expect(views.take(mine, "a")).toBeDefined();
  const first = add(1);
  for (let count = 0; count < 20; count++) add(1, `user ${count}`);
  expect(views.take(first, "a")).toBeUndefined();
  const small = add(1);
  for (let count = 0; count < 9; count++) add(5_000_000, `user ${count}`);
  expect(views.take(small, "a")).toBeUndefined();
  const old = add(1);
  now = 60_000;
  expect(views.take(old, "a")).toBeUndefined();
});
