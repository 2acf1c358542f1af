import { request } from "node:http";
import { connect } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually } from "../../../shared/testing/eventually.ts";
import { type McpTestServer, startMcpServer, written } from "../testing.ts";
import { startGateway, type TestGateway } from "./testing.ts";

let gateway: TestGateway;
let good: McpTestServer;
let key: { id: string; secret: string };
const servers: McpTestServer[] = [];

const capabilities = { tools: {}, resources: {}, prompts: {} };
const handshake = { protocolVersion: "2025-06-18", capabilities, serverInfo: { name: "odd", version: "1" } };
const tool = (name: string, more: object = {}) => ({ name, inputSchema: { type: "object" }, ...more });

beforeAll(async () => {
  gateway = await startGateway();
  good = await startMcpServer();
  servers.push(good);
  await gateway.expose("good", { type: "http", url: good.url });
  await gateway.offers("good__good");
  key = await gateway.key();
});
afterAll(async () => {
  await gateway.close();
  for (const server of servers) await server.close();
});

const bearer = () => ({ Authorization: `Bearer ${key.secret}` });
const hostile = async (name: string, answers: McpTestServer["answers"]) => {
  const server = await startMcpServer({ initialize: handshake, ...answers });
  servers.push(server);
  const id = await gateway.expose(name, { type: "http", url: server.url });
  return { server, remove: () => gateway.api.ask("DELETE", `/api/mcp/${id}`) };
};
const names = async () => {
  const client = await gateway.connect({ secret: key.secret });
  const { tools } = await client.listTools();
  await client.close();
  return tools.map((one) => one.name);
};
const initialize = (protocolVersion = "2025-11-25") => ({
  jsonrpc: "2.0",
  id: 1,
  method: "initialize",
  params: { protocolVersion, capabilities: {}, clientInfo: { name: "x", version: "1" } },
});
const open = async (revision?: string) => {
  const answer = await gateway.post(initialize(revision), bearer());
  return { ...bearer(), "Mcp-Session-Id": answer.headers.get("mcp-session-id") ?? "" };
};

test("lists what fits of a server whose list has no end, and all of the others", async () => {
  let page = 0;
  let pagesOfRead = 0;
  let longestRead = 0;
  const { remove } = await hostile("endless", {
    "tools/list": ({ params }: { params?: { cursor?: string } }) => {
      pagesOfRead = params?.cursor === undefined ? 1 : pagesOfRead + 1;
      longestRead = Math.max(longestRead, pagesOfRead);
      return { tools: [tool(`t${page}`)], nextCursor: String(++page) };
    },
  });
  // On a busy machine the first list can be there before that of this server.
  const listed = await eventually(async () => {
    const all = await names();
    return all.some((name) => name.startsWith("endless__")) && all;
  });
  expect(listed).toContain("good__good");
  expect(listed.filter((name) => name.startsWith("endless__"))).toHaveLength(20);
  expect(longestRead).toBe(20);
  await remove();
});

test("lists the other servers while one does not answer", async () => {
  const { remove } = await hostile("mute", { "tools/list": () => written, "resources/list": () => written });
  expect(await names()).toContain("good__good");
  await remove();
});

test("leaves out a schema that is too large, and keeps odd, colliding and coloured tools callable", async () => {
  const bomb = Object.fromEntries(
    Array.from({ length: 20_000 }, (_, index) => [`property${index}`, { type: "string" }]),
  );
  const long = "x".repeat(200);
  const { remove } = await hostile("Odd", {
    "tools/list": {
      tools: [
        tool("bomb", { inputSchema: { type: "object", properties: bomb } }),
        tool("a.b"),
        tool("a/b"),
        tool("a/b", { description: "again" }),
        tool(long),
        tool(`${long}y`),
        tool("colour", { description: "\u001b[31mred\u001b[0m\u0007 <b>bold</b>" }),
        { name: "no schema" },
        { description: "no name" },
      ],
    },
    "tools/call": ({ params }: { params?: { name?: string } }) => ({ content: [{ type: "text", text: params?.name }] }),
  });
  const client = await gateway.connect({ secret: key.secret });
  // On a busy machine the first list can be there before that of this server.
  const odd = await eventually(async () => {
    const { tools } = await client.listTools({}, { cacheMode: "refresh" });
    const found = tools.filter(({ name }) => name.startsWith("odd__"));
    return found.length > 0 && found;
  });
  expect(odd.every(({ name }) => /^[\w-]{1,64}$/.test(name))).toBe(true);
  expect(new Set(odd.map(({ name }) => name)).size).toBe(odd.length);
  expect(odd.some(({ name }) => name === "odd__bomb")).toBe(false);
  expect(odd.find(({ name }) => name === "odd__colour")?.description).toBe("red <b>bold</b>");
  const called: unknown[] = [];
  for (const { name } of odd) called.push((await client.callTool({ name, arguments: {} })).content);
  const texts = called.map((content) => (content as { text: string }[])[0]?.text);
  expect(texts).toEqual(expect.arrayContaining(["a.b", "a/b", long, `${long}y`, "colour", "no schema"]));
  await client.close();
  await remove();
});

test("names no tool of one server like that of another, whatever they call themselves", async () => {
  const twin = await hostile("good", { "tools/list": { tools: [tool("good"), tool("__good")] } });
  const shadow = await hostile("good__", { "tools/list": { tools: [tool("good")] } });
  await gateway.offers("good-2__good", "good-3__good");
  expect((await names()).filter((name) => name === "good__good")).toHaveLength(1);
  await twin.remove();
  await shadow.remove();
});

test("passes an answer of 10 MB, ends the wait for silence, and survives a redirect and an ended connection", async () => {
  const big = "z".repeat(10 * 1024 * 1024);
  const { remove, server } = await hostile("wild", {
    "tools/list": { tools: [tool("big"), tool("silent"), tool("redirected"), tool("cut")] },
    "tools/call": ({ params }: { params?: { name?: string } }, response: import("node:http").ServerResponse) => {
      if (params?.name === "big") return { content: [{ type: "text", text: big }] };
      if (params?.name === "redirected") response.writeHead(307, { location: "http://127.0.0.1:1/" }).end();
      if (params?.name === "cut") response.destroy();
      return written;
    },
  });
  await gateway.offers("wild__big");
  const { servers: all } = (await gateway.api.ask("GET", "/api/mcp-gateway")).body.gateway;
  const { id } = all.find(({ name }: { name: string }) => name === "wild");
  const client = await gateway.connect({ secret: key.secret });
  const call = (name: string) => client.callTool({ name: `wild__${name}`, arguments: {} });
  expect(JSON.stringify((await call("big")).content).length).toBeGreaterThan(big.length);
  await gateway.changeServer(id, { timeoutSeconds: 2 });
  await expect(call("silent")).rejects.toThrow(/did not answer within 2 s/);
  await expect(call("redirected")).rejects.toThrow();
  await expect(call("cut")).rejects.toThrow();
  expect((await client.callTool({ name: "good__good", arguments: {} })).content).toEqual([
    { type: "text", text: "done" },
  ]);
  expect(server.seen).toContain("tools/call");
  await client.close();
  await remove();
});

test("refuses what is no message, a batch bomb, a used id and a session that is guessed", async () => {
  const session = await open();
  const refused = async (body: unknown, headers: Record<string, string> = session) =>
    (await gateway.post(body, headers)).status;
  const ping = { jsonrpc: "2.0", id: 2, method: "ping" };
  for (const body of ["{", "[]", "null", "1", { id: 1 }, { ...ping, jsonrpc: "1.0" }, { ...ping, id: {} }]) {
    expect([body, await refused(body)]).toEqual([body, 400]);
  }
  expect(await refused(JSON.stringify({ ...ping, params: { a: "x".repeat(5 * 1024 * 1024) } }))).toBe(413);
  expect(await refused([ping, { ...ping, id: 3 }])).toBe(400);
  const older = await open("2025-03-26");
  expect(await (await gateway.post([ping, { ...ping, id: 3 }], older)).json()).toMatchObject([{ id: 2 }, { id: 3 }]);
  expect(
    await refused(
      Array.from({ length: 1_000 }, (_, id) => ({ ...ping, id })),
      older,
    ),
  ).toBe(400);
  expect(await refused(ping, { ...bearer(), "Mcp-Session-Id": "0".repeat(43) })).toBe(404);
  expect(await refused(ping, { ...session, "MCP-Protocol-Version": "1999-01-01" })).toBe(400);
  const answers = Array.from({ length: 50 }, (_, id) => ({ jsonrpc: "2.0", id: `gateway-${id}`, result: {} }));
  for (const answer of answers) expect(await refused(answer)).toBe(202);
});

test("forgets the oldest idle session of a program that opens one after the other", async () => {
  const first = await open();
  for (let opened = 0; opened < 200; opened++) await open();
  expect((await gateway.post({ jsonrpc: "2.0", id: 2, method: "ping" }, first)).status).toBe(404);
  const { sessions } = (await gateway.api.ask("GET", "/api/mcp-gateway")).body.gateway;
  expect(sessions).toBeLessThanOrEqual(201);
  await gateway.api.ask("DELETE", `/api/mcp-gateway/clients/${key.id}/sessions`);
});

test("ends a stream that is opened again, and half a request costs others nothing", async () => {
  const session = await open();
  const listen = () =>
    new Promise<{ ended: Promise<void>; destroy(): void }>((resolve) => {
      const headers = { ...session, Accept: "text/event-stream" };
      const asked = request(gateway.url, { headers }, (response) => {
        const ended = new Promise<void>((done) => response.once("close", done));
        response.on("error", () => {}).resume();
        resolve({ ended, destroy: () => asked.destroy() });
      });
      asked.on("error", () => {}).end();
    });
  const old = await listen();
  const next = await listen();
  await old.ended;
  next.destroy();
  const half = connect(gateway.api.port, "127.0.0.1");
  half.on("error", () => {});
  half.write(
    `POST ${gateway.url.pathname} HTTP/1.1\r\nHost: 127.0.0.1:${gateway.api.port}\r\nContent-Type: application/json\r\nAuthorization: ${bearer().Authorization}\r\nContent-Length: 1000\r\n\r\n{`,
  );
  await eventually(async () => (await gateway.post({ jsonrpc: "2.0", id: 2, method: "ping" }, session)).status === 200);
  half.destroy();
});
