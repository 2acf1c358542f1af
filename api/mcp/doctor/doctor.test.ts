import process from "node:process";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { McpServer } from "../../../shared/protocol/mcp.ts";
import type { McpDiagnosisStep } from "../../../shared/protocol/mcp-workbench.ts";
import { HANG_MS } from "../../../shared/testing/eventually.ts";
import { startAuthorizationServer, startProtectedServer } from "../../../shared/testing/peers/authorization-server.ts";
import { startApi, type TestApi } from "../../testing/api-server.ts";
import { createMcpHost } from "../host/host.ts";
import { everythingServer, type McpTestServer, startMcpServer } from "../testing.ts";

let api: TestApi;
let server: McpTestServer;

beforeAll(async () => {
  const config = {
    MCP_ALLOWED_COMMANDS: [process.execPath, "no-such-program-anywhere"],
    MCP_ALLOWED_HOSTS: ["127.0.0.1"],
  };
  api = await startApi({ change: (deps) => ({ mcp: createMcpHost({ ...deps, config, startMs: HANG_MS }) }) });
});
afterAll(() => api.close());
beforeEach(async () => {
  server = await startMcpServer();
});
afterEach(() => server.close());

/** The steps by name, and what became of the server. */
async function examine(transport: object) {
  const made = await api.ask("POST", "/api/mcp", { body: { name: "examined", transport } });
  expect(made.status, made.text).toBe(201);
  const { id } = (made.body as { server: McpServer }).server;
  const answer = await api.ask("POST", `/api/mcp/${id}/diagnose`, { body: {} });
  expect(answer.status, answer.text).toBe(200);
  const { status, desired } = ((await api.ask("GET", `/api/mcp/${id}`)).body as { server: McpServer }).server;
  await api.ask("DELETE", `/api/mcp/${id}`);
  const { steps } = answer.body as { steps: McpDiagnosisStep[] };
  return {
    names: steps.map(({ step }) => step),
    of: Object.fromEntries(steps.map((step) => [step.step, step])),
    status,
    desired,
  };
}
const remote = (headers = {}, url = server.url) => ({ type: "http", url, headers });
const local = (args: string[], command: string = process.execPath) => ({ type: "stdio", command, args, env: {} });

test("finds nothing wrong with a server at an address, which it stops again", async () => {
  const { names, of, status, desired } = await examine(remote());
  expect(names).toEqual([
    "allowed",
    "dns",
    "tcp",
    "tls",
    "http",
    "discovery",
    "auth",
    "start",
    "version",
    "capabilities",
  ]);
  expect(of).toMatchObject({
    dns: { outcome: "ok", message: "The name has one address: 127.0.0.1." },
    tcp: { outcome: "ok", milliseconds: expect.any(Number) },
    tls: { outcome: "warning" },
    http: { outcome: "ok", message: "It answered 200 (application/json)." },
    version: { outcome: "ok", message: "It speaks MCP 2025-06-18 and reports as small 1.0." },
    capabilities: { outcome: "ok", message: "It offers tools." },
  });
  expect({ status, desired }).toEqual({ status: "stopped", desired: "stopped" });
});

test.for([
  ["a redirect", 301, { location: "https://other.example/mcp?key=k" }, "http", "Register https://other.example/mcp if"],
  ["a wrong path", 404, {}, "http", "It often ends with /mcp"],
  ["a web page", 200, { "content-type": "text/html" }, "http", "It often ends with /mcp"],
  ["a server that fails", 500, {}, "http", "Look at the log of the server."],
  ["a missing log-in", 401, {}, "auth", "Add a header: Authorization"],
] as const)("says what to do about %s", async ([, status, headers, step, fix]) => {
  server.instead = (_request, response) => response.writeHead(status, headers).end("<b>words</b>");
  const { of } = await examine(remote());
  expect(of[step]).toMatchObject({ outcome: "failed", fix: expect.stringMatching(new RegExp(fix, "i")) });
  expect(JSON.stringify(of)).not.toContain("key=k");
  expect(of.start?.outcome).toBe("skipped");
});

test("says where to look when a server elsewhere answers with something else", async () => {
  server.instead = (_request, response) => response.writeHead(200).end("ok");
  const { of } = await examine(remote());
  expect(of.start).toMatchObject({ outcome: "failed", fix: expect.stringContaining("path of the address") });
});

test("says that a token of one's own is refused, and does not show it", async () => {
  server.instead = (_request, response) => response.writeHead(401).end();
  const { of } = await examine(remote({ Authorization: "Bearer wrong-token-1234" }));
  expect(of.auth).toMatchObject({ outcome: "failed", message: "It refuses the headers with 401." });
  expect(JSON.stringify(of)).not.toContain("wrong-token");
});

test("names each step of a sign-in, and what is missing", async () => {
  const provider = await startAuthorizationServer();
  const guarded = await startProtectedServer(provider);
  const found = await examine(remote({}, guarded.url));
  expect(found.names).toEqual(expect.arrayContaining(["discovery", "authorization-server", "registration", "auth"]));
  expect(found.of).toMatchObject({
    discovery: { outcome: "ok", message: `It names where to sign in: ${provider.issuer}.` },
    "authorization-server": { outcome: "ok", message: `${provider.issuer} says how to sign in, with PKCE.` },
    registration: { outcome: "ok", message: "It registers the panel by itself." },
    auth: { outcome: "failed", message: "It asks for a sign-in.", fix: expect.stringContaining("Sign in") },
  });
  expect(provider.registrations).toEqual([]);
  provider.metadata = { registration_endpoint: undefined };
  expect((await examine(remote({}, guarded.url))).of.registration).toMatchObject({ outcome: "warning" });
  provider.metadata = { code_challenge_methods_supported: undefined };
  const without = await examine(remote({}, guarded.url));
  expect(without.of["authorization-server"]).toMatchObject({
    outcome: "warning",
    message: expect.stringMatching("PKCE"),
  });
  expect(without.of.auth).toMatchObject({ outcome: "failed", fix: expect.stringContaining("Add a header") });
  await guarded.close();
  await provider.close();
});

test("recognizes the old transport, which works unless another was chosen", async () => {
  server.instead = (_request, response) => response.writeHead(405).end();
  server.onGet = (_request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" }).write("event: endpoint\ndata: /messages\n\n");
  };
  const chosen = await examine({ ...remote(), protocol: "streamable-http" });
  expect(chosen.of.http).toMatchObject({ outcome: "failed", message: expect.stringContaining("HTTP+SSE") });
  const { of } = await examine(remote());
  expect(of.http).toMatchObject({ outcome: "warning", message: expect.stringContaining("HTTP+SSE") });
  expect(of.auth?.outcome).toBe("ok");
});

test("stops at a port that nothing listens on, at TLS that is none, and at an address that is not allowed", async () => {
  const { port } = server;
  const plain = await examine(remote({}, `https://127.0.0.1:${port}/mcp`));
  expect(plain.of.tls).toMatchObject({ outcome: "failed", message: expect.stringContaining("TLS failed") });
  await server.close();
  const closed = await examine(remote());
  expect(closed.of.tcp).toMatchObject({ outcome: "failed", message: "Nothing listens at this address and port." });
  server = await startMcpServer();
});

test("finds nothing wrong with a program", async () => {
  const { names, of, status } = await examine(local([everythingServer]));
  expect(names).toEqual(["allowed", "program", "start", "version", "capabilities"]);
  expect(Object.values(of).every(({ outcome }) => outcome === "ok")).toBe(true);
  expect(status).toBe("stopped");
});

test("names a program and a script that are not there", async () => {
  const missing = await examine(local([], "no-such-program-anywhere"));
  expect(missing.of.program).toMatchObject({ outcome: "failed", fix: expect.stringContaining("absolute path") });
  const script = await examine(local(["--no-warnings", "/no/such/script.js"]));
  expect(script.of.program).toMatchObject({ message: "Argument 2 names a file that is not there." });
});

test("shows the last lines of a program that refuses its arguments", async () => {
  const { of, desired } = await examine(local(["-e", "console.error('unknown option --prot'); process.exit(2)"]));
  expect(of.start).toMatchObject({
    outcome: "failed",
    fix: expect.stringContaining("correct its arguments"),
    output: expect.stringContaining("unknown option --prot"),
  });
  expect(desired).toBe("stopped");
});
