import { createServer, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { Server, type Socket } from "socket.io";
import { afterEach, describe, expect, test } from "vitest";
import type { ServiceLogs } from "../shared/protocol/events/services.ts";
import { eventually } from "../shared/testing/eventually.ts";
import {
  createFilesClient,
  createMcpClient,
  createServicesClient,
  createSystemClient,
} from "./src/lib/live/clients.ts";
import { type Connection, createConnection } from "./src/lib/live/connection.ts";

interface Call {
  event: string;
  payload: Record<string, unknown>;
}

interface Fixture {
  io: Server;
  connection: Connection;
  /** Everything clients asked for, in order. */
  calls: Call[];
  /** What the next calls are answered; success when empty. */
  answers: object[];
  socket(namespace: string): Socket | undefined;
}

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0).reverse()) end();
});

interface StartOptions {
  lingerMs?: number;
  onRefused?: () => void;
  /** What becomes of WebSocket handshakes on their way; they go through while it is undefined. */
  onTheWay?: { upgrade: ((socket: Duplex) => void) | undefined };
}

async function start(options: StartOptions = {}): Promise<Fixture> {
  const http: HttpServer = createServer();
  const io = new Server(http);
  const upgrades = http.listeners("upgrade") as ((...args: unknown[]) => void)[];
  http.removeAllListeners("upgrade").on("upgrade", (request, socket, head) => {
    if (options.onTheWay?.upgrade) options.onTheWay.upgrade(socket);
    else for (const upgrade of upgrades) upgrade(request, socket, head);
  });
  const calls: Call[] = [];
  const answers: object[] = [];
  for (const namespace of ["/services", "/system", "/mcp", "/files"]) {
    io.of(namespace).on("connection", (socket) => {
      socket.onAny((event: string, payload: Record<string, unknown>, acknowledge: (answer: object) => void) => {
        calls.push({ event, payload });
        acknowledge(answers.shift() ?? { success: true });
      });
    });
  }
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const { port } = http.address() as AddressInfo;
  const connection = createConnection({
    url: `http://127.0.0.1:${port}`,
    retryMs: { min: 20, max: 60 },
    lingerMs: options.lingerMs ?? 20,
    openMs: 1_000,
    webSocketMs: { min: 50, max: 200 },
    ...(options.onRefused ? { onRefused: options.onRefused } : {}),
  });
  ends.push(
    () => void io.close(),
    () => connection.close(),
  );
  const socket = (namespace: string) => [...io.of(namespace).sockets.values()][0];
  return { io, connection, calls, answers, socket };
}

const ref = { serviceId: "1", containerName: "web" };
const logs = (text: string, cursor: string): ServiceLogs => ({
  ...ref,
  data: `${text}\n`,
  timestamp: "2026-01-01T00:00:00.000Z",
  cursor,
});
const named = (calls: Call[], event: string) => calls.filter((call) => call.event === event);

test("two viewers of one log share one subscription, and the last one to go ends it", async () => {
  const { connection, calls, socket } = await start();
  const services = createServicesClient(connection);
  const seen: string[][] = [[], []];
  const stopFirst = services.subscribeLogs("1", "web", (batch) => seen[0]?.push(batch.data));
  await eventually(() => expect(named(calls, "subscribe:logs")).toHaveLength(1));
  socket("/services")?.emit("logs", logs("one", "c1"));
  await eventually(() => expect(seen[0]).toEqual(["one\n"]));

  const stopSecond = services.subscribeLogs("1", "web", (batch) => seen[1]?.push(batch.data));
  expect(seen[1]).toEqual(["one\n"]);
  stopFirst();
  stopFirst();
  socket("/services")?.emit("logs", logs("two", "c2"));
  await eventually(() => expect(seen[1]).toEqual(["one\n", "two\n"]));
  expect(seen[0]).toEqual(["one\n"]);
  expect(named(calls, "subscribe:logs")).toHaveLength(1);
  expect(named(calls, "unsubscribe:logs")).toHaveLength(0);

  stopSecond();
  await eventually(() =>
    expect(named(calls, "unsubscribe:logs")).toEqual([{ event: "unsubscribe:logs", payload: ref }]),
  );
});

test("a reconnect subscribes again from the last cursor, also when the server itself said good-bye", async () => {
  const { connection, calls, socket } = await start();
  const services = createServicesClient(connection);
  const seen: string[] = [];
  services.subscribeLogs("1", "web", (batch) => seen.push(batch.data), { tail: 7 });
  await eventually(() => expect(named(calls, "subscribe:logs")[0]?.payload).toEqual({ ...ref, tail: 7, ages: true }));
  socket("/services")?.emit("logs", logs("one", "c1"));
  await eventually(() => expect(seen).toEqual(["one\n"]));

  socket("/services")?.conn.close();
  await eventually(() =>
    expect(named(calls, "subscribe:logs")[1]?.payload).toEqual({ ...ref, tail: 7, ages: true, since: "c1" }),
  );
  socket("/services")?.emit("gap", { ...ref, from: "c1", to: "c5", reason: "rotated" });
  socket("/services")?.disconnect();
  await eventually(() => expect(named(calls, "subscribe:logs")[2]?.payload).toMatchObject({ since: "c5" }));
});

test("gaps, states and ends reach the second handlers, and only those of the same log", async () => {
  const { connection, calls, socket } = await start();
  const told: unknown[] = [];
  createServicesClient(connection).subscribeLogs("1", "web", () => {}, {
    onGap: (gap) => told.push(gap),
    onState: (state) => told.push(state),
    onClosed: ({ code, exitCode }) => told.push({ code, exitCode }),
  });
  await eventually(() => expect(calls).toHaveLength(1));
  const peer = socket("/services");
  peer?.emit("gap", { ...ref, containerName: "other", from: null, to: null, reason: "rotated" });
  peer?.emit("gap", { ...ref, from: null, to: "c2", reason: "slow_reader" });
  peer?.emit("stream:state", { ...ref, state: "restarted" });
  peer?.emit("stream:closed", { ...ref, code: "exited", exitCode: 3 });
  await eventually(() =>
    expect(told).toEqual([
      { from: null, to: "c2", reason: "slow_reader" },
      "restarted",
      { code: "exited", exitCode: 3 },
    ]),
  );
});

test("a refusal is reported once although it comes as an event and as an acknowledgement", async () => {
  const { connection, calls, answers, io } = await start();
  answers.push({ success: false, error: "There is no such container.", code: "not_found" });
  io.of("/services").on("connection", (socket) => {
    socket.emit("error", { ...ref, message: "There is no such container.", code: "not_found" });
  });
  const errors: string[] = [];
  createServicesClient(connection).subscribeLogs("1", "web", () => {}, { onError: ({ code }) => errors.push(code) });
  await eventually(() => expect(calls).toHaveLength(1));
  await eventually(() => expect(errors).toEqual(["not_found"]));
});

test("a refusal that passes by itself is asked again", async () => {
  const { connection, calls, answers } = await start();
  answers.push({ success: false, error: "Too many requests.", code: "rate_limited" });
  createServicesClient(connection).subscribeLogs("1", "web", () => {});
  await eventually(() => expect(named(calls, "subscribe:logs")).toHaveLength(2), 5_000);
});

test("leaving and coming back waits until the old subscription is gone", async () => {
  const { connection, calls } = await start();
  const services = createServicesClient(connection);
  const stop = services.subscribeLogs("1", "web", () => {});
  await eventually(() => expect(calls).toHaveLength(1));
  stop();
  services.subscribeLogs("1", "web", () => {});
  await eventually(() =>
    expect(calls.map((call) => call.event)).toEqual(["subscribe:logs", "unsubscribe:logs", "subscribe:logs"]),
  );
});

test("a listener that throws does not keep another from hearing", async () => {
  const { connection, calls, socket } = await start();
  const services = createServicesClient(connection);
  const seen: string[] = [];
  services.subscribeLogs("1", "web", () => {
    throw new Error("broken pane");
  });
  services.subscribeLogs("1", "web", (batch) => seen.push(batch.data));
  await eventually(() => expect(calls).toHaveLength(1));
  socket("/services")?.emit("logs", logs("one", "c1"));
  await eventually(() => expect(seen).toEqual(["one\n"]));
});

test("viewers of host samples share the shortest interval, and a late one gets the newest sample at once", async () => {
  const { connection, calls, socket } = await start();
  const system = createSystemClient(connection);
  const first: unknown[] = [];
  const second: unknown[] = [];
  system.subscribeStats(5_000, (stats) => first.push(stats));
  await eventually(() => expect(calls).toEqual([{ event: "subscribe:stats", payload: { interval: 5_000 } }]));
  socket("/system")?.emit("stats", { hostname: "a" });
  await eventually(() => expect(first).toHaveLength(1));
  const stop = system.subscribeStats(2_000, (stats) => second.push(stats));
  expect(second).toEqual([{ hostname: "a" }]);
  await eventually(() => expect(calls[1]?.payload).toEqual({ interval: 2_000 }));
  stop();
  await eventually(() => expect(calls[2]?.payload).toEqual({ interval: 5_000 }));
});

test("a folder is told to be read again once its watch holds, at first and after a reconnect", async () => {
  const { connection, calls, socket } = await start();
  const changes: string[] = [];
  createFilesClient(connection).watch("/srv", ({ type, name }) => changes.push(`${type} ${name}`));
  await eventually(() => expect(calls).toHaveLength(1));
  await eventually(() => expect(changes).toEqual(["rescan "]));
  const change = { path: "/srv", type: "add", name: "a.txt", timestamp: "2026-01-01T00:00:00.000Z" };
  socket("/files")?.emit("change", { ...change, path: "/etc" });
  socket("/files")?.emit("change", change);
  await eventually(() => expect(changes).toEqual(["rescan ", "add a.txt"]));
  socket("/files")?.conn.close();
  await eventually(() => expect(changes).toEqual(["rescan ", "add a.txt", "rescan "]));
});

test("a job is followed again after a reconnect, and each time that it holds is told", async () => {
  const { connection, calls, socket } = await start();
  const told: string[] = [];
  const stop = createServicesClient(connection).subscribeJob("j1", ({ revision }) => told.push(`${revision}`), {
    onJoined: () => told.push("joined"),
  });
  await eventually(() => expect(told).toEqual(["joined"]));
  socket("/services")?.emit("job", { id: "other", revision: 1 });
  socket("/services")?.emit("job", { id: "j1", revision: 2 });
  await eventually(() => expect(told).toEqual(["joined", "2"]));
  socket("/services")?.conn.close();
  await eventually(() => expect(told).toEqual(["joined", "2", "joined"]));
  stop();
  await eventually(() => expect(calls.at(-1)).toEqual({ event: "unsubscribe:job", payload: { jobId: "j1" } }));
});

test("an MCP room is joined once and left with the last leave, and custom events are heard", async () => {
  const { connection, calls, socket } = await start();
  const mcp = createMcpClient(connection);
  const heard: unknown[] = [];
  mcp.on("progress", (data) => heard.push(data));
  mcp.join("m1");
  mcp.join("m1");
  await eventually(() => expect(calls).toEqual([{ event: "join", payload: { serverId: "m1" } }]));
  socket("/mcp")?.emit("progress", { done: 1 });
  await eventually(() => expect(heard).toEqual([{ done: 1 }]));
  mcp.leave("m1");
  mcp.leave("m1");
  mcp.leave("m1");
  await eventually(() => expect(named(calls, "leave")).toHaveLength(1));
});

test("the namespaces share one connection, which ends a while after the last use", async () => {
  const { connection, io } = await start();
  const states: string[] = [];
  connection.watch((state) => states.push(state));
  const stops = [
    createServicesClient(connection).subscribeLogs("1", "web", () => {}),
    createSystemClient(connection).subscribeStats(3_000, () => {}),
  ];
  await eventually(() => expect(connection.state()).toBe("live"));
  expect(io.engine.clientsCount).toBe(1);
  for (const stop of stops) stop();
  await eventually(() => expect(io.engine.clientsCount).toBe(0));
  expect(states.at(-1)).toBe("idle");
});

test("a server that turns the handshake away is asked again, and the page is notified", async () => {
  let refusals = 0;
  const { connection, io, calls } = await start({ onRefused: () => refusals++ });
  let closed = true;
  io.of("/services").use((_socket, next) => next(closed ? new Error("unauthorized") : undefined));
  createServicesClient(connection).subscribeLogs("1", "web", () => {});
  await eventually(() => expect(refusals).toBeGreaterThan(1));
  expect(connection.state()).not.toBe("live");
  closed = false;
  await eventually(() => expect(calls).toHaveLength(1));
  expect(connection.state()).toBe("live");
});

describe("where WebSockets do not get through", () => {
  test.each([
    ["are refused", (socket: Duplex) => void socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")],
    ["are cut", (socket: Duplex) => void socket.destroy()],
    ["are never answered", (socket: Duplex) => void ends.push(() => socket.destroy())],
  ])(
    "and %s, data comes by polling, and by a WebSocket again once one opens",
    async (_how, upgrade) => {
      const onTheWay: StartOptions["onTheWay"] = { upgrade };
      const { connection, calls, socket } = await start({ onTheWay });
      const transports: (string | undefined)[] = [];
      connection.watchTransport((transport) => transports.push(transport));
      const seen: string[] = [];
      createServicesClient(connection).subscribeLogs("1", "web", (batch) => seen.push(batch.data));
      await eventually(() => expect(named(calls, "subscribe:logs")).toHaveLength(1), 10_000);
      expect(connection.transport()).toBe("polling");
      socket("/services")?.emit("logs", logs("one", "c1"));
      await eventually(() => expect(seen).toEqual(["one\n"]));

      onTheWay.upgrade = undefined;
      for (const end of ends.splice(2)) end();
      await eventually(() => expect(connection.transport()).toBe("websocket"), 20_000);
      await eventually(() => expect(connection.state()).toBe("live"));
      expect(transports[0]).toBe("polling");
      socket("/services")?.emit("logs", logs("two", "c2"));
      await eventually(() => expect(seen).toEqual(["one\n", "two\n"]));
      const again = named(calls, "subscribe:logs").slice(1);
      for (const { payload } of again) expect(payload).toMatchObject({ since: "c1" });
    },
    30_000,
  );
});
