import type { Duplex } from "node:stream";
import { describe, expect, test, vi } from "vitest";
import { eventually } from "../../testing/eventually.ts";
import { createFilesWatch } from "./files.ts";
import { createMcpWatch } from "./mcp.ts";
import { createServicesWatch } from "./services.ts";
import { createSystemWatch } from "./system.ts";
import { atEnd, logs, named, ref, type StartOptions, startServer as start } from "./testing.ts";
import { createWatch } from "./watch.ts";

test("two viewers of one log share one subscription, and the last one to go ends it", async () => {
  const { connection, calls, socket } = await start();
  const services = createServicesWatch(connection);
  const seen: string[][] = [[], []];
  const stopFirst = services.subscribeLogs("1", "web", (batch) => seen[0]?.push(batch.data));
  await eventually(() => expect(named(calls, "subscribe:logs")).toHaveLength(1));
  socket("/services")?.emit("logs", logs("one", "c1"));
  await eventually(() => expect(seen[0]).toEqual(["one\n"]));

  const stopSecond = services.subscribeLogs("1", "web", (batch) => seen[1]?.push(batch.data));
  await eventually(() => expect(seen[1]).toEqual(["one\n"]));
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
  const services = createServicesWatch(connection);
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
  createServicesWatch(connection).subscribeLogs("1", "web", () => {}, {
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
  createServicesWatch(connection).subscribeLogs("1", "web", () => {}, { onError: ({ code }) => errors.push(code) });
  await eventually(() => expect(calls).toHaveLength(1));
  await eventually(() => expect(errors).toEqual(["not_found"]));
});

test("a refusal that passes by itself is asked again", async () => {
  const { connection, calls, answers } = await start();
  answers.push({ success: false, error: "Too many requests.", code: "rate_limited" });
  createServicesWatch(connection).subscribeLogs("1", "web", () => {});
  await eventually(() => expect(named(calls, "subscribe:logs")).toHaveLength(2));
});

test("leaving and coming back waits until the old subscription is gone", async () => {
  const { connection, calls } = await start();
  const services = createServicesWatch(connection);
  const stop = services.subscribeLogs("1", "web", () => {});
  await eventually(() => expect(calls).toHaveLength(1));
  stop();
  services.subscribeLogs("1", "web", () => {});
  await eventually(() =>
    expect(calls.map((call) => call.event)).toEqual(["subscribe:logs", "unsubscribe:logs", "subscribe:logs"]),
  );
});

test("an error of a listener is reported as uncaught, and keeps no other from being called", async () => {
  const uncaught: unknown[] = [];
  vi.stubGlobal("reportError", (error: unknown) => uncaught.push(error));
  atEnd(() => vi.unstubAllGlobals());
  const { connection, calls, socket } = await start();
  const services = createServicesWatch(connection);
  const broken = new Error("broken pane");
  const seen: string[] = [];
  services.subscribeLogs("1", "web", () => {
    throw broken;
  });
  services.subscribeLogs("1", "web", (batch) => seen.push(batch.data));
  services.on("services:changed", () => {
    throw broken;
  });
  services.on("services:changed", ({ action }) => seen.push(action));
  await eventually(() => expect(calls).toHaveLength(1));
  socket("/services")?.emit("logs", logs("one", "c1"));
  socket("/services")?.emit("services:changed", { action: "start" });
  await eventually(() => expect(seen).toEqual(["one\n", "start"]));
  expect(uncaught).toEqual([broken, broken]);
});

test("a listener can end its subscription in its first call, and that of another", async () => {
  const { connection, calls, socket } = await start();
  const services = createServicesWatch(connection);
  const seen: string[] = [];
  services.subscribeLogs("1", "web", ({ data }) => {
    seen.push(`first ${data}`);
    stopThird();
  });
  await eventually(() => expect(calls).toHaveLength(1));
  // The recent lines come when the caller has what ends the subscription.
  const stopThird = services.subscribeLogs("1", "web", ({ data }) => seen.push(`third ${data}`));
  socket("/services")?.emit("logs", logs("one", "c1"));
  await eventually(() => expect(seen).toEqual(["first one\n"]));
  const stopSecond = services.subscribeLogs("1", "web", ({ data }) => {
    seen.push(`second ${data}`);
    stopSecond();
  });
  await eventually(() => expect(seen).toEqual(["first one\n", "second one\n"]));
  socket("/services")?.emit("logs", logs("two", "c2"));
  await eventually(() => expect(seen).toEqual(["first one\n", "second one\n", "first two\n"]));
});

test("a subscription that ended while the server was away is not asked for again, and can start again", async () => {
  const { connection, calls, socket } = await start();
  const services = createServicesWatch(connection);
  const stop = services.subscribeLogs("1", "web", () => {});
  services.subscribeLogs("2", "db", () => {});
  await eventually(() => expect(calls).toHaveLength(2));
  // In the event itself: it returns within milliseconds.
  connection.onState((state) => state !== "live" && stop());
  socket("/services")?.conn.close();
  await eventually(() => expect(calls).toHaveLength(3));
  services.subscribeLogs("1", "web", () => {});
  await eventually(() => expect(calls).toHaveLength(4));
  expect(calls.map(({ event, payload }) => `${event} ${payload.containerName}`)).toEqual(
    ["web", "db", "db", "web"].map((name) => `subscribe:logs ${name}`),
  );
});

test("viewers of host samples share the shortest interval, and a late one gets the newest sample at once", async () => {
  const { connection, calls, socket } = await start();
  const system = createSystemWatch(connection);
  const first: unknown[] = [];
  const second: unknown[] = [];
  system.subscribeStats(5_000, (stats) => first.push(stats));
  await eventually(() => expect(calls).toEqual([{ event: "subscribe:stats", payload: { interval: 5_000 } }]));
  socket("/system")?.emit("stats", { hostname: "a" });
  await eventually(() => expect(first).toHaveLength(1));
  const stop = system.subscribeStats(2_000, (stats) => second.push(stats));
  await eventually(() => expect(second).toEqual([{ hostname: "a" }]));
  await eventually(() => expect(calls[1]?.payload).toEqual({ interval: 2_000 }));
  stop();
  await eventually(() => expect(calls[2]?.payload).toEqual({ interval: 5_000 }));
});

test("a watch reports that its folder has to be read once it holds, at first and after a reconnect", async () => {
  const { connection, calls, socket } = await start();
  const changes: string[] = [];
  createFilesWatch(connection).watch("/srv", ({ type, name }) => changes.push(`${type} ${name}`));
  await eventually(() => expect(calls).toHaveLength(1));
  await eventually(() => expect(changes).toEqual(["rescan "]));
  const change = { path: "/srv", type: "add", name: "a.txt", timestamp: "2026-01-01T00:00:00.000Z" };
  socket("/files")?.emit("change", { ...change, path: "/etc" });
  socket("/files")?.emit("change", change);
  await eventually(() => expect(changes).toEqual(["rescan ", "add a.txt"]));
  socket("/files")?.conn.close();
  await eventually(() => expect(changes).toEqual(["rescan ", "add a.txt", "rescan "]));
});

test("a job is followed again after a reconnect, and each start of the subscription is reported", async () => {
  const { connection, calls, socket } = await start();
  const told: string[] = [];
  const stop = createServicesWatch(connection).subscribeJob("j1", ({ revision }) => told.push(`${revision}`), {
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
  const mcp = createMcpWatch(connection);
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
  connection.onState((state) => states.push(state));
  const stops = [
    createServicesWatch(connection).subscribeLogs("1", "web", () => {}),
    createSystemWatch(connection).subscribeStats(3_000, () => {}),
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
  createServicesWatch(connection).subscribeLogs("1", "web", () => {});
  await eventually(() => expect(refusals).toBeGreaterThan(1));
  expect(connection.state()).not.toBe("live");
  closed = false;
  await eventually(() => expect(calls).toHaveLength(1));
  expect(connection.state()).toBe("live");
});

test("a try at once does not wait for the next turn", async () => {
  const { connection, calls, socket } = await start({ retryMs: { min: 600_000, max: 600_000 } });
  createServicesWatch(connection).subscribeLogs("1", "web", () => {});
  await eventually(() => expect(calls).toHaveLength(1));
  socket("/services")?.conn.close();
  await eventually(() => expect(connection.state()).toBe("reconnecting"));
  connection.retryNow();
  await eventually(() => expect(calls).toHaveLength(2));
  expect(connection.state()).toBe("live");
});

test.each(["websocket", "polling"] as const)(
  "a server that answers nothing over %s is silent until anything arrives, and a try at once leaves it",
  async (transport) => {
    const hang = { now: false };
    const liveness = { quietMs: 20, answerMs: 60 };
    const { connection, calls, socket } = await start({ liveness, hang, transports: [transport] });
    createServicesWatch(connection).subscribeLogs("1", "web", () => {});
    await eventually(() => expect(connection.state()).toBe("live"));
    await eventually(() => expect(calls).toHaveLength(1));
    hang.now = true;
    await eventually(() => expect(connection.state()).toBe("silent"));
    hang.now = false;
    socket("/services")?.emit("logs", logs("one", "c1"));
    await eventually(() => expect(connection.state()).toBe("live"));
    hang.now = true;
    await eventually(() => expect(connection.state()).toBe("silent"));
    hang.now = false;
    connection.retryNow();
    await eventually(() => expect(calls).toHaveLength(2));
    await eventually(() => expect(connection.state()).toBe("live"));
  },
);

test("in a page the network's return ends the wait; a closed connection listens no more", async () => {
  const online = new Set<() => void>();
  vi.stubGlobal("addEventListener", (_event: string, listener: () => void) => online.add(listener));
  vi.stubGlobal("removeEventListener", (_event: string, listener: () => void) => online.delete(listener));
  atEnd(() => vi.unstubAllGlobals());
  const { connection, calls, socket } = await start({ retryMs: { min: 600_000, max: 600_000 } });
  createServicesWatch(connection).subscribeLogs("1", "web", () => {});
  await eventually(() => expect(calls).toHaveLength(1));
  socket("/services")?.conn.close();
  await eventually(() => expect(connection.state()).toBe("reconnecting"));
  for (const listener of online) listener();
  await eventually(() => expect(calls).toHaveLength(2));
  connection.close();
  expect(online.size).toBe(0);
});

test("after a close everything can start again, and late clean-ups of what was closed change nothing", async () => {
  const { connection, calls, socket } = await start({ lingerMs: 0 });
  const services = createServicesWatch(connection);
  const seen: string[] = [];
  const stopOld = services.subscribeLogs("1", "web", ({ data }) => seen.push(`old ${data}`));
  await eventually(() => expect(calls).toHaveLength(1));
  connection.close();
  expect(connection.state()).toBe("idle");
  services.subscribeLogs("1", "web", ({ data }) => seen.push(`new ${data}`));
  stopOld();
  await eventually(() => expect(calls).toHaveLength(2));
  await eventually(() => expect(socket("/services")?.connected).toBe(true));
  socket("/services")?.emit("logs", logs("one", "c1"));
  await eventually(() => expect(seen).toEqual(["new one\n"]));
  expect(connection.state()).toBe("live");
});

test("importing and creating connects nowhere; the options are read on the first use, once", async () => {
  const { url, calls } = await start();
  let reads = 0;
  const watch = createWatch(() => ({ url, token: "key", lingerMs: 10 * ++reads }));
  atEnd(watch.close);
  watch.onState(() => {});
  expect([reads, watch.state(), watch.transport()]).toEqual([0, "idle", undefined]);
  watch.mcpWS.join("m1");
  watch.systemWS.subscribeStats(3_000, () => {});
  await eventually(() => expect(calls).toHaveLength(2));
  expect([reads, watch.state(), watch.transport()]).toEqual([1, "live", "websocket"]);
});

describe("where WebSockets do not get through", () => {
  const swallowed: Duplex[] = [];
  test.each([
    ["are refused", (socket: Duplex) => void socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")],
    ["are cut", (socket: Duplex) => void socket.destroy()],
    ["are never answered", (socket: Duplex) => void swallowed.push(socket)],
  ])("and %s, data comes by polling, and by a WebSocket again once one opens", async (_how, upgrade) => {
    vi.stubGlobal("WebSocket", undefined); // as on Node 20
    atEnd(() => vi.unstubAllGlobals());
    const onTheWay: StartOptions["onTheWay"] = { upgrade };
    const { connection, calls, socket } = await start({ onTheWay, openMs: 1_000 });
    const transports: (string | undefined)[] = [];
    connection.onTransport((transport) => transports.push(transport));
    const seen: string[] = [];
    createServicesWatch(connection).subscribeLogs("1", "web", (batch) => seen.push(batch.data));
    await eventually(() => expect(named(calls, "subscribe:logs")).toHaveLength(1));
    expect(connection.transport()).toBe("polling");
    socket("/services")?.emit("logs", logs("one", "c1"));
    await eventually(() => expect(seen).toEqual(["one\n"]));

    onTheWay.upgrade = undefined;
    for (const socket of swallowed.splice(0)) socket.destroy();
    await eventually(() => expect(connection.transport()).toBe("websocket"));
    await eventually(() => expect(connection.state()).toBe("live"));
    expect(transports[0]).toBe("polling");
    socket("/services")?.emit("logs", logs("two", "c2"));
    await eventually(() => expect(seen).toEqual(["one\n", "two\n"]));
    const again = named(calls, "subscribe:logs").slice(1);
    for (const { payload } of again) expect(payload).toMatchObject({ since: "c1" });
  });
});
