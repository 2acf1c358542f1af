import { createClient } from "redis";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { silentLog } from "../../shared/server/log.ts";
import { testEngine } from "../../shared/testing/engine.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { lacks } from "../../shared/testing/parts.ts";
import { startRedis, type TestRedis } from "../../shared/testing/peers/redis.ts";
import { EMIT_TOKEN, nextEvent, readLogs, startRealtime, type TestRealtime } from "../testing.ts";
import { openRedisBus } from "./redis-bus.ts";

const noDocker = await lacks("docker");

describe.skipIf(await lacks("redis"))("two realtime servers with one Redis", () => {
  let redis: TestRedis;
  let one: TestRealtime;
  let two: TestRealtime;
  const start = () =>
    startRealtime({ openBus: (handlers) => openRedisBus(redis.url, EMIT_TOKEN, handlers, silentLog()) });
  beforeEach(async () => {
    redis = await startRedis();
    [one, two] = await Promise.all([start(), start()]);
    await eventually(() => one.realtime.busState === "up" && two.realtime.busState === "up");
  });
  afterEach(async () => {
    await Promise.all([one.stop(), two.stop()]);
    await redis.stop();
  });

  const joined = async (server: TestRealtime) => {
    const socket = server.connect("mcp");
    const got: number[] = [];
    const gaps: { reason: string }[] = [];
    socket.on("numbered", ({ n }) => got.push(n));
    socket.on("gap", (gap) => gaps.push(gap));
    await socket.emitWithAck("join", { serverId: "room" });
    return { socket, got, gaps };
  };
  const events = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, index) => ({
      namespace: "mcp",
      room: "mcp:room",
      event: "numbered",
      data: { n: from + index },
    }));
  const numbers = (to: number) => Array.from({ length: to }, (_, index) => index);

  test("deliver an event posted to one of them to the viewers of both, in order and once", async () => {
    const [here, there] = [await joined(one), await joined(two)];
    for (let batch = 0; batch < 10; batch++) {
      const answer = await one.emit({ events: events(batch * 50, batch * 50 + 50) });
      expect(await answer.json()).toEqual({ success: true, delivered: 50, counts: Array(50).fill(1) });
    }
    await eventually(() => expect(there.got).toEqual(numbers(500)));
    expect(here.got).toEqual(numbers(500));
  });

  test("deliver a repeat of an id once, also when the repeat reaches the other server", async () => {
    const [here, there] = [await joined(one), await joined(two)];
    const repeated = events(0, 3).map((event, index) => ({ ...event, id: `repeated-${index}` }));
    const post = async (server: TestRealtime, sent: object[]) => (await server.emit({ events: sent })).json();
    await post(one, repeated);
    await eventually(() => expect(there.got).toEqual([0, 1, 2]));
    expect(await post(two, repeated)).toEqual({ success: true, delivered: 3, counts: [1, 1, 1] });
    await post(two, events(3, 4)); // the entries of one server arrive in order
    await eventually(() => expect(here.got).toEqual([0, 1, 2, 3]));
    await eventually(() => expect(there.got).toEqual([0, 1, 2, 3]));
  });

  test("accept nothing from a writer with access to Redis only, and no entry twice", async () => {
    const there = await joined(two);
    await one.emit({ events: events(0, 1) });
    await eventually(() => expect(there.got).toEqual([0]));
    const other = createClient({ url: redis.url });
    await other.connect();
    try {
      const stream = "ai-desktop:realtime";
      const [entry] = (await other.xRange(stream, "-", "+")) as { message: Record<string, string> }[];
      const forged = { kind: "emit", events: events(666, 667) };
      const revoke = { kind: "revoke", revocation: { sessionIds: ["session-of-admin"], principalIds: [] } };
      for (const message of [
        { from: "somebody", body: JSON.stringify(forged) },
        { ...entry?.message, body: JSON.stringify(revoke) },
        { ...entry?.message },
        { ...entry?.message, n: "2" },
        { from: "somebody", body: "x".repeat(5 * 1024 * 1024) },
      ]) {
        await other.xAdd(stream, "*", message as Record<string, string>);
      }
      await one.emit({ events: events(1, 2) });
      await eventually(() => expect(there.got).toEqual([0, 1]));
      expect(there.socket.connected).toBe(true);
    } finally {
      other.destroy();
    }
  });

  test("disconnect the sockets of a revoked session on both", async () => {
    two.access.add("leaver");
    const socket = two.connect("system", { token: "leaver" });
    await nextEvent(socket, "connect");
    two.access.remove("leaver");
    const gone = nextEvent(socket, "disconnect");
    await fetch(`${one.url}/access/revoke`, {
      method: "POST",
      headers: { "Content-Type": "application/json", Authorization: `Bearer ${EMIT_TOKEN}` },
      body: JSON.stringify({ sessionIds: ["session-of-leaver"] }),
    });
    await gone;
  });

  test("continue after Redis is killed, and announce the gap to viewers when it returns", async () => {
    const [here, there] = [await joined(one), await joined(two)];
    await one.emit({ events: events(0, 10) });
    await eventually(() => expect(there.got).toEqual(numbers(10)));
    await redis.kill();
    await eventually(() => one.realtime.busState === "down" && two.realtime.busState === "down");
    expect((await one.emit({ events: events(10, 20) })).status).toBe(200);
    await eventually(() => expect(here.got).toEqual(numbers(20)));
    await redis.start();
    await eventually(() => expect(there.gaps).toEqual([expect.objectContaining({ reason: "source_lost" })]));
    await one.emit({ events: events(20, 30) });
    await eventually(() => expect(there.got).toEqual(numbers(30))); // the messages that waited for Redis came first
    expect(here.got).toEqual(numbers(30));
  });

  test("announce a gap if too many messages waited for Redis", async () => {
    const there = await joined(two);
    await redis.kill();
    await eventually(() => one.realtime.busState === "down");
    for (let n = 0; n < 1_100; n += 50) {
      await Promise.all(events(n, n + 50).map((event) => one.emit(event)));
    }
    await redis.start();
    await eventually(() => expect(there.got).toHaveLength(1_000));
    expect(there.gaps.length).toBeGreaterThan(0);
  });

  test.skipIf(noDocker)("let the viewers of a killed server continue at the other from their cursor", async () => {
    const engine = testEngine();
    const { name } = await engine.run({ script: "i=0; while true; do echo $i; i=$((i+1)); sleep 0.005; done" });
    const subscribe = async (server: TestRealtime, since?: string) => {
      const socket = server.connect("services");
      const next = readLogs(socket);
      await socket.emitWithAck("subscribe:logs", {
        serviceId: "svc",
        containerName: name,
        ...(since ? { since } : { tail: 10_000 }),
      });
      return next;
    };
    const first = await subscribe(one);
    await eventually(() => expect(first.lines.length).toBeGreaterThan(50));
    await one.stop();
    const second = await subscribe(two, first.cursor);
    await eventually(() => expect(second.lines.length).toBeGreaterThan(50));
    const all = [...first.lines, ...second.lines];
    expect(all).toEqual(all.map((_, index) => String(index)));
    await two.disconnectAll();
    await engine.removeAll();
  });
});
