import { readdirSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import type { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { McpLog } from "../../../shared/protocol/events/mcp.ts";
import { silentLog } from "../../../shared/server/log.ts";
import { startChild } from "../../../shared/testing/child.ts";
import { eventually, HANG_MS } from "../../../shared/testing/eventually.ts";
import { freePort } from "../../../shared/testing/free-port.ts";
import { type TempFolder, tempFolder } from "../../../shared/testing/temp-folder.ts";
import { openDatabase } from "../../database/database.ts";
import { createEmitRecorder, type EmittedEvent } from "../../testing/route-server.ts";
import { createProcessRegister, RUN_VARIABLE } from "../connection/process-register.ts";
import { smallServerScript, startMcpServer } from "../testing.ts";
import { createMcpHost, type McpHost, type McpHostDeps } from "./host.ts";

const node = process.execPath;
/** Ends a while after the server is connected, however long that took. */
const endsSoon = "globalThis.onReady = () => setTimeout(() => process.exit(3), 500);";
const fast = { firstMs: 1, maxMs: 5 };

let temp: TempFolder;
let database: DatabaseSync;
let host: McpHost;
let emitted: EmittedEvent[];
let closers: (() => Promise<unknown> | unknown)[];

const open = (more: Partial<McpHostDeps> = {}): McpHost => {
  const recorder = createEmitRecorder();
  emitted = recorder.emitted;
  const config = { MCP_ALLOWED_COMMANDS: [node], MCP_ALLOWED_HOSTS: [] };
  const deps = { database, realtime: recorder.realtime, log: silentLog(), config, startMs: HANG_MS };
  host = createMcpHost({ ...deps, ...more });
  return host;
};
const reopen = async (more: Partial<McpHostDeps> = {}) => {
  await host.close();
  return open(more);
};
/** Registers a small MCP server that runs `extra` when it starts. */
const register = async (extra = "") => {
  const path = join(temp.path, `server-${Math.random().toString(36).slice(2)}.mjs`);
  await writeFile(path, `${smallServerScript}\n${extra}`);
  return host.create({ name: "small", transport: { type: "stdio", command: node, args: [path], env: {} } }).id;
};
const callText = async (id: string, name = "pid") =>
  String(((await host.callTool(id, name, {})).content[0] as { text?: string }).text);
const statuses = (id: string) =>
  emitted
    .filter(({ event, room }) => event === "status" && room === id)
    .map(({ data }) => (data as { status: string }).status);
const stderrOf = (id: string) =>
  host
    .log(id)
    .filter(({ source }: McpLog) => source === "stderr")
    .map(({ data }) => data)
    .join("\n");
const isAlive = (pid: number) => {
  try {
    // A zombie has ended too.
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
};

beforeEach(async () => {
  temp = await tempFolder("mcp-run");
  database = openDatabase(join(temp.path, "data"));
  closers = [];
  open();
});
afterEach(async () => {
  await host.close();
  for (const close of closers.toReversed()) await close();
  database.close();
  await temp.remove();
});

describe("a server that fails", () => {
  test("is started again, up to five times within ten minutes, and then says so", async () => {
    await reopen({ restartTimes: fast });
    const failures: string[] = [];
    host.onFailure(({ why }) => failures.push(why));
    const id = await register(endsSoon);
    await host.start(id);
    await eventually(() => host.get(id).restarts.exhausted);
    const server = host.get(id);
    expect(server).toMatchObject({ status: "failed", restarts: { count: 5, nextAt: null, exhausted: true } });
    expect(server.message).toContain("exit code 3");
    expect(server.message).toContain("5 times within 10 minutes");
    expect(failures).toHaveLength(6);
    expect(statuses(id).filter((status) => status === "running")).toHaveLength(6);
    // A person can start it again, and the count starts again.
    await host.start(id);
    expect(host.get(id).restarts).toMatchObject({ count: 0, exhausted: false });
  });

  test("is not started again after a stop, or when a person's start of it fails", async () => {
    const id = await register(endsSoon);
    await host.start(id);
    await eventually(() => host.get(id).restarts.nextAt !== null);
    expect(await host.stop(id)).toMatchObject({ status: "stopped", restarts: { nextAt: null } });
    const broken = host.create({
      name: "broken",
      transport: { type: "stdio", command: node, args: ["-e", "process.exit(4)"], env: {} },
    }).id;
    await expect(host.start(broken)).rejects.toThrow("exit code 4");
    expect(host.get(broken)).toMatchObject({ status: "failed", restarts: { count: 0, nextAt: null } });
  });

  test("is tried again when it fails at the start of the panel, and stays down if it does not start with it", async () => {
    const id = await register();
    const manual = await register();
    await Promise.all([host.start(id), host.start(manual)]);
    host.supervise(manual, { startWithPanel: false });
    await host.close();
    // It cannot start: its file is broken. It was written anew before the third try.
    const { transport } = host.get(id);
    const path = transport.type === "stdio" ? (transport.args[0] ?? "") : "";
    const before = readFileSync(path, "utf8");
    await writeFile(path, "process.exit(5)");
    open({ restartTimes: fast });
    await eventually(() => host.get(id).restarts.count >= 1);
    await writeFile(path, before);
    await eventually(() => host.get(id).status === "running");
    expect(host.get(manual)).toMatchObject({ status: "stopped", desired: "running" });
  });

  test("is connected again when it is at an address, however long it was away", async () => {
    const port = await freePort();
    const start = () => startMcpServer({}, port);
    let remote = await start();
    const config = { MCP_ALLOWED_COMMANDS: [], MCP_ALLOWED_HOSTS: [`127.0.0.1:${port}`] };
    await reopen({ config, restartTimes: fast, pulse: { everyMs: 20, limitMs: 20_000 } });
    const { id } = host.create({ name: "remote", transport: { type: "http", url: remote.url, headers: {} } });
    await host.start(id);
    await eventually(() => (host.get(id).health?.latencyMs ?? null) !== null);
    await remote.close();
    await eventually(() => host.get(id).restarts.count > 6);
    expect(host.get(id).restarts.exhausted).toBe(false);
    remote = await start();
    closers.push(() => remote.close());
    await eventually(() => host.get(id).status === "running");
    expect(await callText(id)).toBe("done");
  });
});

test("a start and a stop in one turn leave it stopped", async () => {
  const id = await register();
  const start = host.start(id).catch((error: unknown) => error);
  await host.stop(id);
  expect(await start).toMatchObject({ code: "conflict" });
  expect(host.get(id)).toMatchObject({ status: "stopped", process: null });
});

test("calls to a server that is killed fail at once, and its tools are there after the restart", async () => {
  await reopen({ restartTimes: fast });
  const id = await register();
  await host.start(id);
  const pid = Number(await callText(id));
  const call = host.callTool(id, "silent", {}).catch((error: unknown) => error);
  process.kill(pid, "SIGKILL");
  expect(await call).toMatchObject({ code: "upstream_unavailable" });
  await eventually(() => host.get(id).restarts.count === 1 && host.get(id).status === "running");
  expect((await host.tools(id)).map(({ name }) => name)).toEqual(["pid"]);
});

test("a server that hangs is noticed after a call without a response, and started again", async () => {
  await reopen({ restartTimes: fast, pulse: { everyMs: 60_000, limitMs: 5_000 } });
  const id = await register();
  await host.start(id);
  const first = Number(await callText(id));
  // A slow call alone is no sign of it.
  await expect(host.callTool(id, "silent", {}, { timeoutMs: 200 })).rejects.toThrow("did not answer");
  expect(Number(await callText(id))).toBe(first);
  process.kill(first, "SIGSTOP");
  await expect(host.callTool(id, "pid", {}, { timeoutMs: 200 })).rejects.toThrow("did not answer");
  await eventually(() => host.get(id).restarts.count === 1 && host.get(id).status === "running");
  expect(Number(await callText(id))).not.toBe(first);
  expect(isAlive(first)).toBe(false);
});

describe("limits", () => {
  test("an idle server ends, and the next call starts it again", async () => {
    await reopen({ minuteMs: 100 });
    const id = await register();
    await host.start(id);
    const first = Number(await callText(id));
    expect(host.get(id).process).toMatchObject({ pid: first });
    host.supervise(id, { idleMinutes: 1 });
    await eventually(() => host.get(id).status === "idle");
    await eventually(() => host.get(id).process === null);
    expect(isAlive(first)).toBe(false);
    expect(host.get(id)).toMatchObject({ desired: "running", supervision: { idleMinutes: 1 } });
    const second = Number(await callText(id));
    expect(second).not.toBe(first);
    // Two calls at once start it once.
    await eventually(() => host.get(id).status === "idle");
    const [one, other] = await Promise.all([callText(id), callText(id)]);
    expect(one).toBe(other);
    expect(await host.stop(id)).toMatchObject({ status: "stopped" });
    await expect(callText(id)).rejects.toThrow("not running");
  });

  test("a server is renewed after its lifetime, and no call is lost", async () => {
    await reopen({ minuteMs: 150 });
    const id = await register();
    await host.start(id);
    host.supervise(id, { lifetimeMinutes: 1 });
    const seen = new Set<string>();
    await eventually(async () => {
      seen.add(await callText(id));
      return seen.size >= 3;
    });
    expect(host.get(id).restarts.count).toBe(0);
  });

  test("a restart gives a new process", async () => {
    const id = await register();
    await host.start(id);
    const first = await callText(id);
    expect(await host.restart(id)).toMatchObject({ status: "running" });
    expect(await callText(id)).not.toBe(first);
    expect(isAlive(Number(first))).toBe(false);
  });
});

describe.skipIf(process.platform !== "linux")("the processes of a server", () => {
  /** A grandchild in a session of its own, whose parent has ended, and that ignores SIGTERM. */
  const leaver = `
    import { spawn } from "node:child_process";
    const stay = "process.on('SIGTERM', () => {}); console.error('left ' + process.pid); setInterval(() => {}, 1000)";
    const middle = "require('node:child_process').spawn(process.execPath, ['-e', " + JSON.stringify(stay) +
      "], { detached: true, stdio: ['ignore', 'ignore', 'inherit'] }).unref()";
    spawn(process.execPath, ["-e", middle], { detached: true, stdio: ["ignore", "ignore", "inherit"] });`;
  const leftPid = (id: string) =>
    eventually(() => Number(/left (\d+)/.exec(stderrOf(id))?.[1] ?? 0) || false) as Promise<number>;

  test("count with their memory, and end with it although they left its group", async () => {
    const id = await register(leaver);
    await host.start(id);
    const left = await leftPid(id);
    const pid = Number(await callText(id));
    // The process between the two may still be ending.
    await eventually(async () => {
      await host.measure(id);
      const { process: run } = host.get(id);
      expect(run).toMatchObject({ pid, processes: 2 });
      expect(run?.memoryBytes).toBeGreaterThan(10 * 1024 * 1024);
    });
    await host.stop(id);
    expect(isAlive(left)).toBe(false);
  });

  test("end when it crashes, before it is started again", async () => {
    await reopen({ restartTimes: fast });
    const id = await register(leaver);
    await host.start(id);
    const left = await leftPid(id);
    await host.callTool(id, "exit", {}).catch(() => {});
    await eventually(() => host.get(id).restarts.count === 1 && host.get(id).status === "running");
    expect(isAlive(left)).toBe(false);
  });

  test("end with the next start of the panel when the one that started them was killed", async () => {
    await host.close();
    const left = await startChild(node, ["-e", "setInterval(() => {}, 1000)"], {
      env: { ...process.env, [RUN_VARIABLE]: "run-1" },
    });
    const other = await startChild(node, ["-e", "setInterval(() => {}, 1000)"], {
      env: { ...process.env, [RUN_VARIABLE]: "run-2" },
    });
    closers.push(
      () => left.stop(),
      () => other.stop(),
    );
    // The server itself has ended; only what left its group is there.
    database.prepare("INSERT INTO mcp_process (pid, started, run) VALUES (4000000, 'gone 1', 'run-1')").run();
    expect(createProcessRegister(database).endOrphans()).toBe(1);
    expect(await left.exited).toMatchObject({ signal: "SIGKILL" });
    expect(other.exitCode()).toBeNull();
    open();
  });

  test("a thousand calls leave no process, handle or listener", async () => {
    const id = await register();
    await host.start(id);
    await callText(id);
    const children = () =>
      readdirSync("/proc/self/task").flatMap((task) =>
        readFileSync(`/proc/self/task/${task}/children`, "utf8").split(" ").filter(Boolean),
      ).length;
    const counts = () => ({
      children: children(),
      files: readdirSync("/proc/self/fd").length,
      resources: process.getActiveResourcesInfo().filter((kind) => kind !== "Timeout" && kind !== "Immediate").length,
      listeners: process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0),
    });
    const before = counts();
    for (let round = 0; round < 100; round++) await Promise.all(Array.from({ length: 10 }, () => callText(id)));
    await host.measure(id);
    expect(host.get(id).process?.processes).toBe(1);
    await eventually(() => JSON.stringify(counts()) === JSON.stringify(before));
    await host.stop(id);
    await eventually(() => counts().children === before.children - 1 && counts().files <= before.files - 3);
  });
});
