import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type NamespaceEvents, type NamespaceName, namespaceNames } from "../../shared/protocol/namespaces.ts";
import { testEngine } from "../../shared/testing/engine.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { lacks } from "../../shared/testing/parts.ts";
import { type TestPm2, testPm2 } from "../../shared/testing/pm2.ts";
import { nextEvent, readLogs, startRealtime, type TestRealtime } from "../testing.ts";

/** Every client event of the contract. The types of the protocol ensure that the list is complete and correct. */
const clientEvents: { [N in NamespaceName]: Record<keyof NamespaceEvents[N]["client"], true> } = {
  services: {
    alive: true,
    "subscribe:logs": true,
    "unsubscribe:logs": true,
    "subscribe:stats": true,
    "unsubscribe:stats": true,
    "shell:open": true,
    "shell:input": true,
    "shell:resize": true,
    "shell:progress": true,
    "shell:leave": true,
    "shell:close": true,
    "subscribe:job": true,
    "unsubscribe:job": true,
  },
  deployments: { alive: true, "subscribe:logs": true, "unsubscribe:logs": true },
  system: { alive: true, "subscribe:stats": true, "unsubscribe:stats": true },
  mcp: { alive: true, join: true, leave: true },
  files: { alive: true, watch: true, unwatch: true },
};

const hostile: [string, unknown[]][] = [
  ["nothing", []],
  ["null", [null]],
  ["a number", [7]],
  ["an array", [["x"]]],
  ["a text", ["x".repeat(10_000)]],
  [
    "wrong types",
    [{ serviceId: 1, containerName: {}, deploymentId: [], pm2Name: 2, serverId: true, path: 3, interval: "x" }],
  ],
  [
    "unknown fields",
    [{ serviceId: "a", containerName: "b", pm2Name: "c", serverId: "d", path: "/", interval: 1000, x: 1 }],
  ],
  ["prototype names", [JSON.parse('{"__proto__":{"x":1},"constructor":{"prototype":{"x":1}}}')]],
];

describe.skipIf(await lacks("docker"))("the realtime server", () => {
  const engine = testEngine();
  let pm2: TestPm2;
  let realtime: TestRealtime;
  beforeAll(async () => {
    pm2 = await testPm2();
    await pm2.start({ name: "ticker", source: "let i = 0; setInterval(() => console.log('tick', ++i), 50);" });
    realtime = await startRealtime({ pm2Home: pm2.home });
  });
  afterEach(async () => {
    await realtime.disconnectAll();
    await engine.removeAll();
  });
  afterAll(async () => {
    await realtime.stop();
    await pm2.close();
  });

  describe.each(["websocket", "polling"] as const)("over %s", (transport) => {
    const connect = (namespace: NamespaceName) => realtime.connect(namespace, { transport });

    test("sends a container's log, until it is unsubscribed", async () => {
      const { name } = await engine.run({ script: "i=0; while true; do echo $i; i=$((i+1)); sleep 0.05; done" });
      const socket = connect("services");
      const connected = nextEvent(socket, "connected");
      const logs = nextEvent(socket, "logs");
      const ref = { serviceId: "svc", containerName: name };
      expect(await socket.emitWithAck("subscribe:logs", { ...ref, tail: 5 })).toEqual({ success: true, ...ref });
      expect(await connected).toEqual(ref);
      expect(await logs).toEqual({
        ...ref,
        data: expect.stringMatching(/^(\d+\n)+$/),
        timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
        cursor: expect.any(String),
      });
      expect(await socket.emitWithAck("unsubscribe:logs", { containerName: name })).toEqual({ success: true });
      await eventually(() => expect(realtime.realtime.health().activeStreams).toBe(0));
    });

    test("sends a container's metrics until they are unsubscribed", async () => {
      const { name } = await engine.run({ script: "while true; do :; done" });
      const socket = connect("services");
      const ref = { serviceId: "svc", containerName: name };
      expect(await socket.emitWithAck("subscribe:stats", ref)).toEqual({ success: true, ...ref });
      const stats = await nextEvent<Record<string, number>>(socket, "stats");
      expect(stats).toMatchObject({ ...ref, pids: expect.any(Number), timestamp: expect.any(String) });
      for (const field of [
        "memoryLimitBytes",
        "networkRxBytes",
        "networkTxBytes",
        "blockReadBytes",
        "blockWriteBytes",
      ]) {
        expect(stats[field]).toBeGreaterThanOrEqual(0);
      }
      expect(stats.cpuPercent).toBeGreaterThan(1);
      expect(await socket.emitWithAck("unsubscribe:stats", ref)).toEqual({ success: true });
      await eventually(() => expect(realtime.realtime.health().activeStreams).toBe(0));
    });

    test("sends a PM2 process's log, until it is unsubscribed", async () => {
      const socket = connect("deployments");
      const ref = { deploymentId: "dep", pm2Name: "ticker" };
      const connected = nextEvent(socket, "connected");
      const logs = nextEvent(socket, "logs");
      expect(await socket.emitWithAck("subscribe:logs", ref)).toEqual({ success: true, ...ref });
      expect(await connected).toEqual(ref);
      expect(await logs).toMatchObject({ ...ref, data: expect.stringMatching(/^(tick \d+\n)+$/) });
      expect(await socket.emitWithAck("unsubscribe:logs", { deploymentId: "dep", pm2Name: "ticker" })).toEqual({
        success: true,
      });
      await eventually(() => expect(realtime.realtime.health().activeStreams).toBe(0));
    });

    test("sends the host's metrics at the requested interval, clamped", async () => {
      const socket = connect("system");
      const first = nextEvent<Record<string, unknown>>(socket, "stats");
      expect(await socket.emitWithAck("subscribe:stats", { interval: 1 })).toEqual({ success: true, interval: 1_000 });
      const stats = await first;
      expect(Object.keys(stats).sort()).toEqual([
        "containers",
        "cpu",
        "disks",
        "hostname",
        "memory",
        "network",
        "platform",
        "pm2Processes",
        "swap",
        "timestamp",
        "uptime",
      ]);
      expect(stats).toMatchObject({ pm2Processes: { total: 1, online: 1 }, containers: { total: expect.any(Number) } });
      const second = await nextEvent<{ cpu: { usage: number; perCore: number[]; count: number } }>(socket, "stats");
      expect(second.cpu.usage).toBeGreaterThanOrEqual(0);
      expect(second.cpu.usage).toBeLessThanOrEqual(100);
      expect(second.cpu.perCore).toHaveLength(second.cpu.count);
      expect(await socket.emitWithAck("unsubscribe:stats")).toEqual({ success: true });
      // Client libraries send an undefined argument like this.
      expect(await socket.emitWithAck("unsubscribe:stats", null)).toEqual({ success: true });
      expect(await socket.emitWithAck("subscribe:stats", {})).toEqual({ success: true, interval: 3_000 });
    });

    test.each(namespaceNames)("answers a viewer of /%s that asks whether it runs", async (namespace) => {
      expect(await connect(namespace).emitWithAck("alive", {})).toEqual({ success: true });
    });

    test("lets viewers into an MCP server's room and out again", async () => {
      const socket = connect("mcp");
      const joined = nextEvent(socket, "joined");
      expect(await socket.emitWithAck("join", { serverId: "one" })).toEqual({ success: true, serverId: "one" });
      expect(await joined).toEqual({ serverId: "one" });
      const custom = nextEvent(socket, "anything:goes");
      const answer = await realtime.emit({ namespace: "mcp", room: "mcp:one", event: "anything:goes", data: { a: 1 } });
      expect(await answer.json()).toEqual({ success: true, delivered: 1, counts: [1] });
      expect(await custom).toEqual({ a: 1 });
      await socket.emitWithAck("leave", { serverId: "one" });
      expect(
        await (await realtime.emit({ namespace: "mcp", room: "mcp:one", event: "x", data: 1 })).json(),
      ).toMatchObject({ delivered: 0 });
    });

    test("reports changes in a watched folder until it is unwatched", async () => {
      const folder = `watched-${transport}`;
      await mkdir(join(realtime.fileRoot, folder));
      const socket = connect("files");
      const connected = nextEvent(socket, "connected");
      const path = `/${folder}`;
      expect(await socket.emitWithAck("watch", { path })).toEqual({ success: true, path });
      expect(await connected).toEqual({ path });
      const change = nextEvent(socket, "change");
      await writeFile(join(realtime.fileRoot, folder, "new.txt"), "hello");
      expect(await change).toEqual({ path, type: "add", name: "new.txt", timestamp: expect.any(String) });
      expect(await socket.emitWithAck("unwatch", { path })).toEqual({ success: true, path });
      await eventually(() => expect(realtime.realtime.health().activeStreams).toBe(0));
    });

    test.each(namespaceNames)("survives any payload sent to /%s, without an effect on others", async (namespace) => {
      const bystander = connect("services");
      const { name } = await engine.run({
        script: "i=0; while [ $i -lt 200 ]; do echo $i; i=$((i+1)); sleep 0.005; done; exec sleep 100",
      });
      const reader = readLogs(bystander);
      await bystander.emitWithAck("subscribe:logs", { serviceId: "svc", containerName: name, tail: 1000 });
      for (const event of Object.keys(clientEvents[namespace])) {
        for (const [what, args] of hostile) {
          if (namespace === "system" && event === "unsubscribe:stats" && /^(nothing|null)$/.test(what)) continue; // it has no payload
          const socket = connect(namespace);
          const error = nextEvent(socket, "error");
          const answer = await socket.emitWithAck(event, ...args);
          expect(answer, `${event} with ${what}`).toMatchObject({
            success: false,
            error: expect.any(String),
            code: "invalid_input",
          });
          expect(await error).toMatchObject({ message: expect.any(String), code: "invalid_input" });
          socket.emit(event, ...args); // also without an acknowledgement
          expect(await nextEvent(socket, "error")).toMatchObject({ code: "invalid_input" });
          socket.disconnect();
        }
      }
      expect(Object.hasOwn(Object.prototype, "x")).toBe(false);
      await eventually(() => expect(reader.lines).toEqual(Array.from({ length: 200 }, (_, index) => String(index))));
    });
  });

  test("reaches exactly the subscribers of a service", async () => {
    const [one, two] = [await engine.run({}), await engine.run({})];
    const subscribe = async (serviceId: string, containerName: string, event = "subscribe:logs") => {
      const socket = realtime.connect("services");
      const got: unknown[] = [];
      socket.on("status", (data) => got.push(data));
      await socket.emitWithAck(event, { serviceId, containerName });
      return { socket, got };
    };
    const first = await subscribe("a", one.name);
    const both = await subscribe("a", two.name);
    await both.socket.emitWithAck("subscribe:stats", { serviceId: "b", containerName: two.name });
    const other = await subscribe("c", one.name);
    const emit = async (room: string) => {
      const answer = await realtime.emit({ namespace: "/services", room, event: "status", data: { room } });
      return ((await answer.json()) as { delivered: number }).delivered;
    };
    expect(await emit("service:a")).toBe(2);
    expect(await emit("service:b")).toBe(1);
    expect(await emit("service:nobody")).toBe(0);
    await eventually(() => expect(both.got).toEqual([{ room: "service:a" }, { room: "service:b" }]));
    await eventually(() => expect(first.got).toEqual([{ room: "service:a" }]));
    expect(other.got).toEqual([]);
    await both.socket.emitWithAck("unsubscribe:logs", { serviceId: "a", containerName: two.name });
    expect(await emit("service:a")).toBe(1);
  });

  test("limits the events per second, and reports it", async () => {
    const socket = realtime.connect("mcp");
    const began = performance.now();
    const answers = await Promise.all(Array.from({ length: 400 }, () => socket.emitWithAck("join", { serverId: "x" })));
    // 100 at once, and 20 more per second.
    const most = 101 + (20 * (performance.now() - began)) / 1_000;
    const refused = answers.filter(({ success }) => !success);
    expect(answers.length - refused.length).toBeLessThanOrEqual(most);
    if (most < answers.length) expect(refused[0]).toMatchObject({ code: "rate_limited" });
  });

  test("follows 32 logs on one connection and refuses the next", async () => {
    const { name } = await engine.run({});
    const socket = realtime.connect("services");
    const subscribe = (index: number) =>
      socket.emitWithAck("subscribe:logs", { serviceId: `s${index}`, containerName: name });
    for (let index = 0; index < 32; index++) expect(await subscribe(index)).toMatchObject({ success: true });
    expect(await subscribe(33)).toMatchObject({ success: false, code: "rate_limited" });
    expect(realtime.realtime.health().activeStreams).toBe(1);
  });
});
