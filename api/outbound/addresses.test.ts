import { once } from "node:events";
import { createServer, type Server } from "node:net";
import process from "node:process";
import { SMTPServer } from "smtp-server";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { HANG_MS } from "../../shared/testing/eventually.ts";
import { freePort } from "../../shared/testing/free-port.ts";
import { type Receiver, startReceiver } from "../../shared/testing/peers/receiver.ts";
import { createMcpHost } from "../mcp/host/host.ts";
import { type McpTestServer, startMcpServer } from "../mcp/testing.ts";
import { startApi, type TestApi } from "../testing/api-server.ts";

/** Results of the resolver, in order. 127.0.0.2 and ::1 accept no connection here. */
const names: Record<string, string[]> = {
  "six-first.test": ["::1", "127.0.0.1"],
  "closed-first.test": ["127.0.0.2", "127.0.0.3", "127.0.0.1"],
  "four-first.test": ["127.0.0.1", "::1"],
  "all-closed.test": ["::1", "127.0.0.2"],
  "unlisted.test": ["::1", "127.0.0.1"],
};
vi.mock("node:dns/promises", async (original) => ({
  ...(await original<typeof import("node:dns/promises")>()),
  lookup: async (name: string) => (names[name] ?? [name]).map((address) => ({ address })),
}));

let api: TestApi;
let receiver: Receiver;
let mcp: McpTestServer;
let mail: SMTPServer;
let mails: number;

beforeAll(async () => {
  receiver = await startReceiver();
  mcp = await startMcpServer();
  mails = 0;
  mail = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    logger: false,
    onData(stream, _session, done) {
      stream.resume().on("end", () => {
        mails++;
        done();
      });
    },
  });
  const port = await freePort();
  mail.listen(port, "127.0.0.1");
  const listed = Object.keys(names).filter((name) => name !== "unlisted.test");
  const config = { MCP_ALLOWED_COMMANDS: [process.execPath], MCP_ALLOWED_HOSTS: listed };
  api = await startApi({
    env: { ALERT_ALLOWED_HOSTS: listed.join(",") },
    change: (deps) => ({ mcp: createMcpHost({ ...deps, config, startMs: HANG_MS }) }),
  });
});
afterAll(async () => {
  await api.close();
  receiver.close();
  await mcp.close();
  await new Promise<void>((resolve) => mail.close(resolve));
});

const portOfMail = () => (mail.server.address() as { port: number }).port;
const tryChannel = async (settings: object) => {
  const made = await api.ask("POST", "/api/alerts/channels", { body: { name: "a channel", settings } });
  expect(made.status, made.text).toBe(201);
  return api.ask("POST", `/api/alerts/channels/${made.body.channel.id}/test`, { body: {} });
};
const webhook = (host: string, port = receiver.port) => ({
  type: "webhook",
  url: `http://${host}:${port}/`,
  format: "json",
});
const email = (host: string, port = portOfMail()) => ({
  type: "email",
  host,
  port,
  security: "none",
  from: "a@example.com",
  to: ["b@example.com"],
});
const startMcp = async (host: string, port = mcp.port) => {
  const body = { name: host, transport: { type: "http", url: `http://${host}:${port}/mcp` } };
  const made = await api.ask("POST", "/api/mcp", { body });
  return api.ask("POST", `/api/mcp/${made.body.server.id}/start`, { body: {} });
};

test.for(["six-first.test", "closed-first.test", "four-first.test"])(
  "reaches the address of %s that accepts a connection",
  async (host) => {
    expect((await startMcp(host)).body).toMatchObject({ server: { status: "running" } });
    const before = receiver.received.length;
    expect((await tryChannel(webhook(host))).status).toBe(200);
    expect(receiver.received.slice(before).map(({ headers }) => headers.host)).toEqual([`${host}:${receiver.port}`]);
    const mailsBefore = mails;
    expect((await tryChannel(email(host))).status).toBe(200);
    expect(mails).toBe(mailsBefore + 1);
  },
);

test("reports that nothing listens if no address of the name accepts a connection", async () => {
  for (const answer of [await tryChannel(webhook("all-closed.test")), await tryChannel(email("all-closed.test"))]) {
    expect(answer.body).toMatchObject({
      code: "upstream_unavailable",
      error: expect.stringMatching(/^Nothing listens/),
    });
  }
});

test("checks every address of a name before the first connection", async () => {
  const before = receiver.received.length;
  expect((await startMcp("unlisted.test")).body).toMatchObject({ code: "forbidden" });
  for (const settings of [webhook("unlisted.test"), email("unlisted.test")]) {
    expect((await tryChannel(settings)).status).not.toBe(200);
  }
  expect(receiver.received.length).toBe(before);
});

test("sends a message once if the first address accepts the connection and closes it", async () => {
  let cut = 0;
  const server: Server = createServer((socket) => {
    cut++;
    socket.once("data", () => socket.destroy());
  });
  server.listen(receiver.port, "127.0.0.2");
  await once(server, "listening");
  const before = receiver.received.length;
  const answer = await tryChannel(webhook("closed-first.test"));
  expect(answer.body).toMatchObject({ code: "upstream_unavailable", error: "The receiver closed the connection." });
  expect([cut, receiver.received.length]).toEqual([1, before]);
  await new Promise((resolve) => server.close(resolve));
});
