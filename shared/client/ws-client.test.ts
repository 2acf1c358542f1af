import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { revocation } from "../protocol/access.ts";
import { readEmitBody } from "../protocol/emit.ts";
import { silentLog } from "../server/log.ts";
import { eventually } from "../testing/eventually.ts";
import { createWsClient, type WsClient } from "./ws-client.ts";

const token = "t".repeat(32);
let client: WsClient;
let receiver: Receiver | undefined;
afterEach(async () => {
  await client?.close();
  await receiver?.stop();
  receiver = undefined;
});

interface Receiver {
  port: number;
  requests: { path: string; body: unknown; authorization: string | undefined }[];
  /** Data of every event taken, in order. */
  data(): unknown[];
  stop(): Promise<void>;
}

/** The emit surface by its schema: takes a batch as a whole, or refuses it as a whole. */
async function startReceiver(port = 0, refuses: (event: string) => boolean = () => false): Promise<Receiver> {
  const requests: Receiver["requests"] = [];
  const data: unknown[] = [];
  const server: Server = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    const body = text === "" ? undefined : JSON.parse(text);
    requests.push({ path: request.url ?? "", body, authorization: request.headers.authorization });
    let status = 200;
    if (request.url === "/emit") {
      const events = readEmitBody(body, (issue) => expect.fail(issue.message)) ?? [];
      if (events.some(({ event }) => refuses(event))) status = 400;
      else data.push(...events.map((event) => event.data));
    }
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify({ success: status === 200 }));
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    data: () => data,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

const connect = (port: number) => createWsClient({ url: `http://127.0.0.1:${port}`, token, log: silentLog() });

test("addresses the room of each kind and says who it is", async () => {
  receiver = await startReceiver();
  client = connect(receiver.port);
  client.emitToService("web", "status", { state: "running" });
  client.emitToDeployment("api", "status", 1);
  client.emitToMCP("m1", "status", 2);
  client.emitToFiles("/a b", "change", 3);
  client.emitToSystem("notice", 4);
  client.emitToWS("/services", "services:changed", 5);
  await eventually(() => expect(receiver?.data()).toHaveLength(6));
  expect(receiver.requests).toHaveLength(1);
  expect(receiver.requests[0]?.authorization).toBe(`Bearer ${token}`);
  expect(receiver.requests[0]?.body).toEqual({
    events: [
      { namespace: "services", event: "status", data: { state: "running" }, room: "service:web" },
      { namespace: "deployments", event: "status", data: 1, room: "deployment:api" },
      { namespace: "mcp", event: "status", data: 2, room: "mcp:m1" },
      { namespace: "files", event: "change", data: 3, room: "files:/a b" },
      { namespace: "system", event: "notice", data: 4 },
      { namespace: "services", event: "services:changed", data: 5 },
    ],
  });
});

test("delivers events of different turns in order", async () => {
  receiver = await startReceiver();
  client = connect(receiver.port);
  for (let index = 0; index < 300; index++) {
    client.emitToSystem("count", index);
    if (index % 7 === 0) await new Promise(setImmediate);
  }
  await eventually(() => expect(receiver?.data()).toHaveLength(300));
  expect(receiver.data()).toEqual([...Array(300).keys()]);
});

test("keeps the latest 1,000 events while the server is away, counts the rest, and flushes in order", async () => {
  const first = await startReceiver();
  client = connect(first.port);
  await first.stop();
  for (let index = 0; index < 1_200; index++) client.emitToSystem("count", index);
  expect(client.counts()).toEqual({ queued: 1_000, dropped: 200 });
  receiver = await startReceiver(first.port);
  await eventually(() => expect(receiver?.data()).toHaveLength(1_000));
  expect(receiver.data()).toEqual([...Array(1_000).keys()].map((index) => index + 200));
  await eventually(() => expect(client.counts()).toEqual({ queued: 0, dropped: 200 }));
});

test("keeps no more than 5 MB of events", async () => {
  const first = await startReceiver();
  client = connect(first.port);
  await first.stop();
  for (let index = 0; index < 10; index++) client.emitToSystem("big", `${index}`.repeat(900_000));
  expect(client.counts()).toEqual({ queued: 5, dropped: 5 });
  receiver = await startReceiver(first.port);
  await eventually(() => expect(receiver?.data()).toHaveLength(5));
  expect(receiver.data().map((data) => String(data).charAt(0))).toEqual(["5", "6", "7", "8", "9"]);
});

test("takes a snapshot of the data, and throws at nobody for an event that cannot be sent", async () => {
  receiver = await startReceiver();
  client = connect(receiver.port);
  const data: { state: string; self?: object } = { state: "running" };
  client.emitToSystem("status", data);
  data.state = "stopped";
  data.self = data;
  client.emitToSystem("status", data);
  client.emitToSystem("connect", "reserved");
  client.emitToSystem("big", "x".repeat(2_000_000));
  client.emitToService("a\nb", "status", "control character");
  await eventually(() => expect(receiver?.data()).toEqual([{ state: "running" }]));
  expect(client.counts()).toEqual({ queued: 0, dropped: 0 });
});

test("does not let one refused event hold up the others", async () => {
  receiver = await startReceiver(0, (event) => event === "unknown");
  client = connect(receiver.port);
  for (const event of ["one", "unknown", "two"]) client.emitToSystem(event, event);
  await eventually(() => expect(receiver?.data()).toEqual(["one", "two"]));
  await eventually(() => expect(client.counts().queued).toBe(0));
});

test("cuts sessions ahead of queued events, and tries until it has happened", async () => {
  const first = await startReceiver();
  client = connect(first.port);
  await first.stop();
  client.emitToSystem("count", 1);
  client.revoke({ sessionIds: ["s1", "s2"] });
  client.revoke({ sessionIds: ["s1"], principalIds: ["u1"] });
  receiver = await startReceiver(first.port);
  const cut = await eventually(() => {
    const request = receiver?.requests.find(({ path }) => path === "/access/revoke");
    expect(request).toBeDefined();
    return request;
  });
  expect(revocation.parse(cut?.body)).toEqual({ sessionIds: ["s1", "s2"], principalIds: ["u1"] });
  expect(cut?.authorization).toBe(`Bearer ${token}`);
  await eventually(() => expect(receiver?.data()).toEqual([1]));
  expect(receiver.requests.filter(({ path }) => path === "/access/revoke")).toHaveLength(1);
});

test("tells whether the realtime server is well", async () => {
  receiver = await startReceiver();
  client = connect(receiver.port);
  expect(await client.checkWSHealth()).toBe(true);
  await receiver.stop();
  receiver = undefined;
  expect(await client.checkWSHealth()).toBe(false);
});
