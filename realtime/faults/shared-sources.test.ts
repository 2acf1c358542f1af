import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { createDockerHost, type DockerHost } from "../../shared/docker/docker-host.ts";
import { createHostMetrics } from "../../shared/metrics/metrics.ts";
import { testEngine } from "../../shared/testing/engine.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { lacks } from "../../shared/testing/parts.ts";
import { startSocketProxy } from "../../shared/testing/peers/socket-proxy.ts";
import { nextEvent, startRealtime, type TestRealtime } from "../testing.ts";

let realtime: TestRealtime | undefined;
afterEach(async () => {
  await realtime?.stop();
  realtime = undefined;
});

/** Counts the inotify watches of this process. */
async function watches(): Promise<number> {
  let count = 0;
  for (const descriptor of await readdir("/proc/self/fdinfo")) {
    const info = await readFile(`/proc/self/fdinfo/${descriptor}`, "utf8").catch(() => "");
    count += info.split("\n").filter((line) => line.startsWith("inotify ")).length;
  }
  return count;
}

describe.skipIf(await lacks("linux"))("folders", () => {
  test("100 of them, watched by 50 clients each, need one watch each and leave none", async () => {
    const server = await startRealtime();
    realtime = server;
    const paths = Array.from({ length: 100 }, (_, index) => `/f${index}`);
    for (const path of paths) await mkdir(join(server.fileRoot, path));
    const before = await watches();
    // One connection can watch 64 folders, so each viewer needs two.
    const clients = Array.from({ length: 100 }, () => server.connect("files"));
    await Promise.all(
      clients.flatMap((client, index) =>
        (index % 2 === 0 ? paths.slice(0, 50) : paths.slice(50)).map(async (path) =>
          expect(await client.emitWithAck("watch", { path })).toMatchObject({ success: true }),
        ),
      ),
    );
    expect(server.realtime.health().activeStreams).toBe(100);
    expect((await watches()) - before).toBe(100);
    const received = Promise.all(
      clients.filter((_, index) => index % 2 === 0).map((client) => nextEvent(client, "change")),
    );
    await mkdir(join(server.fileRoot, "f0/new"));
    expect(new Set((await received).map((change) => change.name))).toEqual(new Set(["new"]));
    await server.disconnectAll();
    await eventually(async () => expect(await watches()).toBe(before));
  });
});

describe("connections that open and close", () => {
  test("leave no socket, room, timer, stream or descriptor behind", async () => {
    const server = await startRealtime();
    realtime = server;
    const held = async () => ({
      timers: process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length,
      descriptors: (await readdir("/proc/self/fd")).length,
      watches: await watches(),
    });
    const round = async () => {
      const clients = Array.from({ length: 100 }, (_, index) =>
        server.connect(index % 2 ? "files" : "system", { transport: index % 4 < 2 ? "websocket" : "polling" }),
      );
      await Promise.all(
        clients.map(async (client, index) => {
          const [event, payload] = index % 2 ? ["watch", { path: "/" }] : ["subscribe:stats", { interval: 1_000 }];
          expect(await client.emitWithAck(event, payload)).toMatchObject({ success: true });
          // Half of them disconnect properly, the others just vanish.
          if (index % 3 === 0) client.disconnect();
          else client.io.engine.close();
          client.io.reconnection(false);
          client.disconnect();
        }),
      );
      await server.disconnectAll();
      await eventually(() => Object.values(server.realtime.health().connections).every((count) => count === 0));
    };
    await round();
    const base = await held();
    for (let count = 0; count < 9; count++) await round();
    await eventually(async () => {
      const now = await held();
      expect(now.timers).toBeLessThanOrEqual(base.timers + 10);
      expect(now.descriptors).toBeLessThanOrEqual(base.descriptors + 10);
      expect(now.watches).toBe(base.watches);
    });
  });
});

describe("metrics of the host", () => {
  test("come from one sampler, whatever intervals a hundred viewers request", async () => {
    const metrics = createHostMetrics();
    const docker = createDockerHost({ dockerHost: "unix:///var/run/docker.sock" });
    const calls = { samples: 0, lists: 0 };
    const server = await startRealtime({
      metrics: {
        ...metrics,
        sample: () => {
          calls.samples++;
          return metrics.sample();
        },
      },
      docker: {
        ...docker,
        list: () => {
          calls.lists++;
          return docker.list();
        },
      },
    });
    realtime = server;
    const asked: [unknown, number | undefined][] = [
      [0, 1_000],
      [-1, 1_000],
      [1, 1_000],
      [1_500.5, 1_501],
      [2_000, 2_000],
      [1e12, 60_000],
      ["x", undefined],
      [Number.NaN, undefined], // JSON has no such number: null
      [null, undefined],
      [{}, undefined],
    ];
    const viewers = Array.from({ length: 100 }, () => server.connect("system"));
    const answers = await Promise.all(
      viewers.map((viewer, index) =>
        viewer.emitWithAck("subscribe:stats", { interval: asked[index % asked.length]?.[0] }),
      ),
    );
    for (const [index, answer] of answers.entries()) {
      const [interval, clamped] = asked[index % asked.length] as (typeof asked)[number];
      if (clamped !== undefined) expect(answer, `${interval}`).toEqual({ success: true, interval: clamped });
      else expect(answer, `${interval}`).toMatchObject({ success: false, code: "invalid_input" });
    }
    const began = performance.now();
    calls.samples = calls.lists = 0;
    const patient = viewers[0] as (typeof viewers)[number];
    for (let sample = 0; sample < 3; sample++) await nextEvent(patient, "stats");
    const seconds = (performance.now() - began) / 1_000;
    expect(calls.samples).toBeLessThanOrEqual(Math.ceil(seconds / 0.9) + 1);
    expect(calls.lists).toBeLessThanOrEqual(Math.ceil(seconds / 5) + 1);
    expect(server.realtime.health().activeStreams).toBe(1);
  });
});

describe("a bug in a handler", () => {
  test("fails only that request, without details", async () => {
    const broken = () => {
      throw new TypeError("secret detail of the host");
    };
    const rejected = () => Promise.reject(new TypeError("secret detail of the host"));
    const docker = createDockerHost({ dockerHost: "unix:///var/run/docker.sock" });
    for (const fail of [broken, rejected]) {
      const server = await startRealtime({
        docker: { ...docker, identify: fail, list: fail } as unknown as DockerHost,
        processes: { ...(await idleProcesses()), choose: fail, logFiles: fail, list: fail } as never,
        files: { resolveFolder: fail } as never,
        metrics: { sample: fail } as never,
      });
      realtime = server;
      const refs = { serviceId: "a", containerName: "b", deploymentId: "a", pm2Name: "b" };
      const { serviceId, containerName, deploymentId, pm2Name } = refs;
      const requests = [
        ["services", "subscribe:logs", { serviceId, containerName }],
        ["services", "subscribe:stats", { serviceId, containerName }],
        ["deployments", "subscribe:logs", { deploymentId, pm2Name }],
        ["files", "watch", { path: "/" }],
      ] as const;
      for (const [namespace, event, payload] of requests) {
        const socket = server.connect(namespace);
        const error = nextEvent(socket, "error");
        const answer = await socket.emitWithAck(event, payload);
        expect([`${namespace} ${event}`, answer]).toMatchObject([
          `${namespace} ${event}`,
          { success: false, code: "internal" },
        ]);
        expect(JSON.stringify([answer, await error])).not.toContain("secret");
        expect(socket.connected).toBe(true);
      }
      const system = server.connect("system");
      const failed = nextEvent(system, "error");
      await system.emitWithAck("subscribe:stats", {});
      expect(await failed).toMatchObject({ code: "internal" });
      const mcp = server.connect("mcp");
      expect(await mcp.emitWithAck("join", { serverId: "x" })).toMatchObject({ success: true });
      expect(server.realtime.health().activeStreams).toBeLessThanOrEqual(1);
      await server.stop();
    }
    realtime = undefined;
  });
});

async function idleProcesses() {
  const { createProcesses } = await import("../../shared/pm2/daemons.ts");
  return createProcesses({ pm2Home: "/nonexistent" });
}

describe.skipIf(await lacks("docker"))("a list of containers", () => {
  test("of 300 that come, go, start and stop while the Engine's events are cut is right within two seconds", async () => {
    const engine = testEngine();
    const proxy = await startSocketProxy(engine.socketPath);
    const docker = createDockerHost({ dockerHost: `unix://${proxy.path}` });
    const server = await startRealtime({ docker });
    realtime = server;
    try {
      const socket = server.connect("services");
      await nextEvent(socket, "connect");
      // Like the web app: reads the list again after each change notice, and once more if another one arrived meanwhile.
      let listed = new Map<string, string>();
      let reading = false;
      let again = false;
      const read = async () => {
        again = true;
        if (reading) return;
        reading = true;
        while (again) {
          again = false;
          await docker.list().then(
            (services) => {
              listed = new Map(services.map(({ name, state }) => [name, state]));
            },
            () => {}, // the connection is cut too; an event after the return follows
          );
        }
        reading = false;
      };
      // Other tests can use this Engine: changes of their containers must not count.
      socket.on("services:changed", ({ containerName = "-many-" }: { containerName?: string }) => {
        if (containerName.includes("-many-")) void read();
      });
      void read();
      const untilRight = async () => {
        await eventually(async () => {
          // The list may show an end later than the call that waited for it.
          const containers = await engine.docker.listContainers({ all: true });
          const real = new Map(containers.map(({ Names, State }) => [Names[0]?.slice(1), State]));
          for (const { name } of made) expect(listed.get(name)).toBe(real.get(name));
        });
      };
      // A start takes a third of a second: only a few are started, the others are created and removed.
      const made = await Promise.all(
        Array.from({ length: 300 }, (_, index) => engine.run({ name: "many", start: index % 50 === 0 })),
      );
      proxy.cut();
      await Promise.all(
        made.map(async ({ container }, index) => {
          if (index === 150) proxy.cut();
          if (index % 100 === 0) return container.kill();
          if (index % 60 === 1) return container.start();
          return index % 4 === 0 ? container.remove({ force: true }) : undefined;
        }),
      );
      await untilRight();
      await eventually(() => !reading);
      // No event announces the last changes: the stream hangs, and then breaks.
      proxy.hang();
      await Promise.all(
        made.map(async ({ container }, index) => (index % 4 === 2 ? container.remove({ force: true }) : undefined)),
      );
      proxy.cut();
      proxy.resume();
      await untilRight();
    } finally {
      await server.stop();
      realtime = undefined;
      await proxy.close();
      await engine.removeAll();
    }
  });
});
