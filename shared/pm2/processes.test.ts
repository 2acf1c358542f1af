import { existsSync } from "node:fs";
import { symlink } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "../testing/eventually.ts";
import { startSocketProxy } from "../testing/peers/socket-proxy.ts";
import { type TestPm2, testPm2 } from "../testing/pm2.ts";
import { tempFolder } from "../testing/temp-folder.ts";
import { createDirectLink } from "./direct-link.ts";
import type { ProcessHost } from "./process-host.ts";
import type { ProcessEvent } from "./process-views.ts";
import { createProcessHost } from "./processes.ts";

const source = "console.log('up'); setInterval(() => undefined, 1000);";

describe("a running daemon", () => {
  let pm2: TestPm2;
  let processes: ProcessHost;

  beforeAll(async () => {
    pm2 = await testPm2();
    await pm2.start({ name: "worker", source, instances: 2, env: { SECRET: "abc123" } });
    await pm2.start({ name: "all", source });
    await pm2.start({ name: "0", source });
    processes = createProcessHost({ link: createDirectLink({ pm2Home: pm2.home }) });
  });
  afterAll(() => pm2?.close());

  const statuses = async () => Object.fromEntries((await processes.list()).map(({ name, status }) => [name, status]));

  test("groups processes by name and reveals nothing of their environment", async () => {
    const list = await processes.list();
    expect(list.map(({ name, instances }) => [name, instances.length])).toEqual([
      ["worker", 2],
      ["all", 1],
      ["0", 1],
    ]);
    expect(list[0]).toMatchObject({ id: "worker", status: "online", mode: "fork", namespace: "default", own: false });
    expect(list[0]?.instances[0]).toMatchObject({ pmId: 0, pid: expect.any(Number), restarts: 0 });
    expect(JSON.stringify(list)).not.toContain("abc123");
    expect(list[0]?.script).toMatch(/^[^/]+\/worker\.mjs$/);
  });

  test("names the log files of each instance", async () => {
    const files = await processes.logFiles("worker");
    expect(files).toHaveLength(2);
    for (const { out, error, running } of files) {
      expect(running).toBe(true);
      expect(existsSync(out ?? "")).toBe(true);
      expect(error).toMatch(/error/);
    }
  });

  test("takes a name for itself only, never for PM2's words, numbers or patterns", async () => {
    await processes.act("all", "stop");
    expect(await statuses()).toEqual({ worker: "online", all: "stopped", 0: "online" });
    await processes.act("0", "stop");
    expect(await statuses()).toEqual({ worker: "online", all: "stopped", 0: "stopped" });
    for (const name of ["/w.*/", "work", "1", "-1", "--lines", "WORKER", "__proto__", "default"]) {
      await expect(processes.act(name, "stop")).rejects.toMatchObject({ code: "not_found" });
      await expect(processes.logFiles(name)).rejects.toMatchObject({ code: "not_found" });
      await expect(processes.remove(name)).rejects.toMatchObject({ code: "not_found" });
    }
    expect(await statuses()).toMatchObject({ worker: "online" });
  });

  test("starts stopped processes and does not touch running ones", async () => {
    await processes.act("all", "stop");
    await processes.act("all", "start");
    const [before] = (await processes.list()).filter(({ name }) => name === "all");
    expect(before?.status).toBe("online");
    await processes.act("all", "start");
    const [after] = (await processes.list()).filter(({ name }) => name === "all");
    expect(after?.instances[0]?.pid).toBe(before?.instances[0]?.pid);
  });

  test("restarts and reloads every instance of a name", async () => {
    const restartsOf = async () => {
      const worker = (await processes.list()).find(({ name }) => name === "worker");
      return worker?.instances.map(({ restarts }) => restarts);
    };
    await processes.act("worker", "restart");
    expect(await restartsOf()).toEqual([1, 1]);
    await processes.act("worker", "reload");
    expect(await restartsOf()).toEqual([2, 2]);
  });

  test("reloads a cluster", async () => {
    const server = "import {createServer} from 'node:http'; createServer().listen(0, '127.0.0.1');";
    await pm2.start({ name: "web", source: server, args: ["-i", "1"] });
    await processes.act("web", "reload");
    await processes.remove("web");
    expect(await statuses()).not.toHaveProperty("web");
  });

  test("reports process events until aborted", async () => {
    const controller = new AbortController();
    const events: ProcessEvent[] = [];
    const states: boolean[] = [];
    const handlers = {
      onEvent: (event: ProcessEvent) => events.push(event),
      onState: (up: boolean) => states.push(up),
    };
    processes.watch(handlers, controller.signal);
    await eventually(() => states.length > 0);
    await processes.act("worker", "restart");
    await eventually(() =>
      expect(events).toContainEqual(expect.objectContaining({ id: "worker", name: "worker", action: "restart" })),
    );
    controller.abort();
    const seen = events.length;
    await processes.act("worker", "restart");
    expect(events).toHaveLength(seen);
    expect(states).toEqual([true]);
  });

  test("reports that a hung daemon does not respond, soon stops calling it, and recovers by itself", async () => {
    const pid = pm2.daemonPid();
    const proxy = await startSocketProxy(join(pm2.home, "rpc.sock"));
    const folder = await tempFolder("pm2");
    await symlink(proxy.path, join(folder.path, "rpc.sock"));
    const counted = createProcessHost({ link: createDirectLink({ pm2Home: folder.path }) });
    process.kill(pid, "SIGSTOP");
    try {
      for (let call = 0; call < 2; call++) {
        await expect(counted.list()).rejects.toMatchObject({ code: "upstream_unavailable", state: "down" });
      }
      const before = proxy.accepted();
      const calls = Array.from({ length: 20 }, () => counted.list());
      for (const call of calls) await expect(call).rejects.toMatchObject({ code: "upstream_unavailable" });
      expect(proxy.accepted() - before).toBeLessThanOrEqual(1); // a probe after the pause
    } finally {
      process.kill(pid, "SIGCONT");
    }
    await eventually(() => counted.ping());
    await proxy.close();
    await folder.remove();
  });
});

describe("a daemon that starts and stops", () => {
  let pm2: TestPm2;
  const controller = new AbortController();
  beforeAll(async () => {
    pm2 = await testPm2();
  });
  afterEach(() => controller.abort());
  afterAll(() => pm2?.close());

  test("is never started by a call, is found within 5 s, and its kill is noticed within 5 s", async () => {
    const processes = createProcessHost({ link: createDirectLink({ pm2Home: pm2.home }) });
    const states: boolean[] = [];
    processes.watch({ onEvent: () => undefined, onState: (up) => states.push(up) }, controller.signal);
    await expect(processes.list()).rejects.toMatchObject({ code: "upstream_unavailable", state: "absent" });
    await expect(processes.act("worker", "start")).rejects.toMatchObject({ code: "upstream_unavailable" });
    expect(existsSync(join(pm2.home, "pm2.pid"))).toBe(false);
    await eventually(() => expect(states).toEqual([false]));

    await pm2.start({ name: "worker", source });
    await eventually(() => expect(states).toEqual([false, true]));
    expect(await processes.list()).toHaveLength(1);

    await pm2.killDaemon();
    await eventually(() => expect(states).toEqual([false, true, false]));
    await expect(processes.list()).rejects.toMatchObject({ code: "upstream_unavailable", state: "down" });

    await pm2.start({ name: "worker", source });
    await eventually(() => expect(states).toEqual([false, true, false, true]));
    expect(await processes.list()).not.toHaveLength(0);
  });
});
