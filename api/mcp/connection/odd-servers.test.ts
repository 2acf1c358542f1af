import type { ServerResponse } from "node:http";
import process from "node:process";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { McpServer, McpTool } from "../../../shared/protocol/mcp.ts";
import { eventually, HANG_MS } from "../../../shared/testing/eventually.ts";
import { startApi, type TestApi } from "../../testing/api-server.ts";
import { createMcpHost } from "../host/host.ts";
import { type McpTestServer, serverInfo, startMcpServer, written } from "../testing.ts";
import rows from "./odd-servers.json" with { type: "json" };

let api: TestApi;
let server: McpTestServer;
let id: string;
/** Each ping reads its limit anew. */
const pulse = { everyMs: 50, limitMs: HANG_MS };

beforeAll(async () => {
  const config = { MCP_ALLOWED_COMMANDS: [process.execPath], MCP_ALLOWED_HOSTS: ["127.0.0.1"] };
  // What failed stays so until a test looks at it.
  const restartTimes = { firstMs: HANG_MS, maxMs: HANG_MS };
  const options = { config, pulse, restartTimes, startMs: HANG_MS };
  api = await startApi({ change: (deps) => ({ mcp: createMcpHost({ ...deps, ...options }) }) });
});
afterAll(() => api.close());
beforeEach(async () => {
  server = await startMcpServer();
});
afterEach(async () => {
  await api.ask("DELETE", `/api/mcp/${id}`);
  await server.close();
});

const start = async (headers: Record<string, string> = {}, path = "/mcp") => {
  const transport = { type: "http", url: `http://127.0.0.1:${server.port}${path}`, headers };
  const made = await api.ask("POST", "/api/mcp", { body: { name: "odd", transport } });
  id = made.body.server.id;
  return api.ask("POST", `/api/mcp/${id}/start`, { body: {} });
};
const running = async () => expect((await start()).body).toMatchObject({ server: { status: "running" } });
const current = async () => (await api.ask("GET", `/api/mcp/${id}`)).body.server as McpServer;
const listed = async () => (await api.ask("GET", `/api/mcp/${id}/tools`)).body.tools as McpTool[];
const call = (name = "good") => api.ask("POST", `/api/mcp/${id}/tools/call`, { body: { name, arguments: {} } });
const times = (method: string) => server.seen.filter((seen) => seen === method).length;

describe("a server with an unusual response", () => {
  test.for(rows.refusals)("is reported with its response: $name", async (row) => {
    const headers = (row.headers ?? {}) as Record<string, string>;
    server.instead = (_request, response) => response.writeHead(row.status, headers).end(row.body ?? "");
    const answer = await start((row.send ?? {}) as Record<string, string>);
    expect(answer.status, answer.text).toBe(503);
    for (const words of row.says) expect(answer.body.error).toContain(words.replace("{url}", server.url));
    expect((await current()).message).toBe(answer.body.error);
    if (row.detail !== undefined) {
      expect(answer.body.detail).toContain(row.detail);
      const log = async () => (await api.ask("GET", `/api/mcp/${id}/log`)).text;
      await eventually(async () => (await log()).includes(JSON.stringify(row.detail).slice(1, -1)));
    }
    if (row.hides !== undefined) {
      expect(JSON.stringify([answer.body, await current(), api.emitted])).not.toContain(row.hides);
    }
  });

  test.for(rows.handshakes)("is reported with the fault of its handshake: $name", async ({ result, says }) => {
    server.answers.initialize = result;
    const answer = await start();
    expect(answer.body).toMatchObject({ code: "upstream_unavailable", error: expect.stringContaining(says) });
  });

  test.for([307, 308])("follows %i on the same origin, with its headers", async (status) => {
    const keys: unknown[] = [];
    // One origin: requests with a slash get a response, others are redirected there.
    server.instead = (request, response, body) => {
      keys.push(request.headers["x-key"]);
      if (request.url?.startsWith("/mcp/")) return server.handle(request, response, body);
      response.writeHead(status, { location: "/mcp/?at=home" }).end();
    };
    expect((await start({ "X-Key": "k" })).body).toMatchObject({ server: { status: "running" } });
    expect((await listed()).map(({ name }) => name)).toEqual(["good"]);
    expect((await call()).body).toMatchObject({ success: true });
    expect(new Set(keys)).toEqual(new Set(["k"]));
  });
});

describe("a server with one odd tool", () => {
  test.for(rows.tools)("lists and calls all tools: $name", async (row) => {
    server.answers["tools/list"] = {
      tools: [
        { name: "good", inputSchema: { type: "object" } },
        row.tool,
        { name: "last", inputSchema: { type: "object" } },
      ],
    };
    await running();
    const tools = await listed();
    const odd = row.listedAs ?? "odd";
    expect(tools.map(({ name }) => name)).toEqual(["good", odd, "last"]);
    expect(tools[1]?.inputSchema).toEqual(row.schema ?? {});
    if (row.problem === null) expect(tools[1]).not.toHaveProperty("problem");
    else expect(tools[1]?.problem).toContain(row.problem);
    expect(tools[0]).not.toHaveProperty("problem");
    for (const name of ["good", odd]) expect((await call(name)).body).toMatchObject({ success: true });
  });
});

describe("a tool with an odd result", () => {
  test.for(rows.results)("shows valid parts as they are, and the odd one as text: $name", async (row) => {
    const good = { type: "text", text: "good" };
    server.answers["tools/call"] = { content: [good, ...(row.parts ?? [])], ...row.more };
    await running();
    const answer = await call();
    expect(answer.status, answer.text).toBe(200);
    const { content, _meta } = answer.body.result;
    expect(content).toEqual([good, ...row.shown.map((text) => ({ type: "text", text }))]);
    const problems = _meta["ai-desktop/problems"];
    expect(problems).toHaveLength(row.problems.length);
    for (const [index, words] of row.problems.entries()) expect(problems[index]).toContain(words);
  });

  test.for([
    ["no list of parts", { content: "plain" }, ["plain"]],
    ["one part for a list", { content: { type: "text", text: "one" } }, ["one"]],
    ["nothing but structure", { structuredContent: { a: 1 } }, []],
  ] as const)("takes %s", async ([, result, texts]) => {
    server.answers["tools/call"] = result;
    await running();
    const { content } = (await call()).body.result;
    expect(content.map(({ text }: { text: string }) => text)).toEqual(texts);
  });

  test("reports a response that is too large, and continues", async () => {
    server.answers["tools/call"] = { content: [{ type: "text", text: "x".repeat(17 * 1024 * 1024) }] };
    await running();
    const answer = await call();
    expect(answer.body).toMatchObject({
      code: "too_large",
      error: "The response of the server is larger than 16 MiB.",
    });
    expect((await current()).status).toBe("running");
  });

  test("reports null as an invalid result", async () => {
    server.answers["tools/call"] = null;
    await running();
    expect((await call()).body).toMatchObject({ error: expect.stringContaining("not with a message of MCP") });
    expect((await current()).status).toBe("running");
  });
});

describe("a server that is pinged", () => {
  test.for(rows.pings)("is alive when it responds with $name", async (row) => {
    server.answers.ping = (message: { id?: number }, response: ServerResponse) => {
      const status = row.status ?? 200;
      response.writeHead(status, { "content-type": row.html ? "text/html" : "application/json" });
      const { result, error } = row;
      response.end(JSON.stringify({ jsonrpc: "2.0", id: message.id, ...(error ? { error } : { result }) }));
      return written;
    };
    await running();
    await eventually(() => times("ping") >= 3);
    expect((await current()).status).toBe("running");
    expect((await call()).body).toMatchObject({ success: true });
  });

  test("is not pinged while a call is under way", async () => {
    let finish = () => {};
    server.answers.ping = () => written; // one thread: no response before that of the call
    server.answers["tools/call"] = (message: { id?: number }, response: ServerResponse) => {
      finish = () => {
        response.writeHead(200, { "content-type": "application/json" });
        response.end(JSON.stringify({ jsonrpc: "2.0", id: message.id, result: { content: [] } }));
      };
      return written;
    };
    await running();
    const answer = call();
    await eventually(() => times("tools/call") === 1);
    const asked = times("ping");
    // After so many pings of another server the time limit of one has passed too.
    const other = await startMcpServer();
    const body = { name: "other", transport: { type: "http", url: other.url } };
    const { server: made } = (await api.ask("POST", "/api/mcp", { body })).body;
    await api.ask("POST", `/api/mcp/${made.id}/start`, { body: {} });
    await eventually(() => other.seen.length >= 40);
    await api.ask("DELETE", `/api/mcp/${made.id}`);
    await other.close();
    expect(times("ping")).toBe(asked);
    expect((await current()).status).toBe("running");
    finish();
    expect((await answer).body).toMatchObject({ success: true });
  });

  test("fails when it never responds, and when nothing listens any more", async () => {
    server.answers.ping = () => written;
    pulse.limitMs = 1_000;
    await running();
    await eventually(async () => (await current()).status === "failed");
    pulse.limitMs = HANG_MS;
    expect((await current()).message).toBe("The connection to the server was lost: it does not answer.");
    server.answers.ping = {};
    await api.ask("POST", `/api/mcp/${id}/start`, { body: {} });
    expect((await current()).status).toBe("running");
    await server.close();
    await eventually(async () => (await current()).status === "failed");
    // A ping under way at that moment is cut off.
    expect((await current()).message).toMatch(/it does not answer \((Nothing listens at|It closed the connection)/);
    server = await startMcpServer();
  });
});

describe("a session that the server forgets", () => {
  test.for(rows.expired)("is replaced once, and the call is made: $name", async ({ status, body }) => {
    server.session = "one";
    server.unknownSession = { status, body };
    await running();
    server.session = "two";
    server.answers.initialize = {
      protocolVersion: "2025-06-18",
      capabilities: { tools: {} },
      serverInfo: { ...serverInfo, version: "2.0" },
    };
    const answers = await Promise.all([call(), call(), listed()]);
    expect(answers[0].body, answers[0].text).toMatchObject({ success: true });
    expect(answers[1].body).toMatchObject({ success: true });
    expect(times("initialize")).toBe(2);
    expect(await current()).toMatchObject({ status: "running", serverInfo: { version: "2.0" } });
  });

  test("is noticed without a call too", async () => {
    server.session = "one";
    await running();
    server.session = "two";
    await eventually(() => times("initialize") === 2);
    expect((await current()).status).toBe("running");
  });

  test("is not replaced again and again when the server forgets each", async () => {
    server.session = "one";
    await running();
    server.answers["tools/call"] = (_message: unknown, response: ServerResponse) => {
      response.writeHead(404).end("Session not found");
      return written;
    };
    const answer = await call();
    expect(answer.body).toMatchObject({
      code: "upstream_unavailable",
      error: expect.stringContaining("the session is over"),
    });
    expect(times("tools/call")).toBe(2);
    expect((await current()).status).toBe("running");
  });
});
