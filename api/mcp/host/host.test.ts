import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import process from "node:process";
import type { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { McpLog } from "../../../shared/protocol/events/mcp.ts";
import type { CreateMcpServer } from "../../../shared/protocol/mcp.ts";
import { toAppError } from "../../../shared/server/errors.ts";
import { silentLog } from "../../../shared/server/log.ts";
import { type Child, startChild } from "../../../shared/testing/child.ts";
import { eventually, HANG_MS } from "../../../shared/testing/eventually.ts";
import { freePort } from "../../../shared/testing/free-port.ts";
import { type TempFolder, tempFolder } from "../../../shared/testing/temp-folder.ts";
import { openDatabase } from "../../database/database.ts";
import { createEmitRecorder, type EmittedEvent } from "../../testing/route-server.ts";
import { createProcessRegister } from "../connection/process-register.ts";
import { everythingServer } from "../testing.ts";
import { createMcpHost, type McpHost, type McpHostDeps } from "./host.ts";

const node = process.execPath;

let temp: TempFolder;
let database: DatabaseSync;
let host: McpHost;
let emitted: EmittedEvent[];
let allowedHosts: string[];
let closers: (() => Promise<unknown> | unknown)[];

const open = (more: Partial<McpHostDeps> = {}): McpHost => {
  const recorder = createEmitRecorder();
  emitted = recorder.emitted;
  const config = { MCP_ALLOWED_COMMANDS: [node], MCP_ALLOWED_HOSTS: allowedHosts };
  const deps = { database, realtime: recorder.realtime, log: silentLog(), config, startMs: HANG_MS };
  host = createMcpHost({ ...deps, ...more });
  return host;
};
const stdio = (args: string[], env: Record<string, string> = {}): CreateMcpServer => ({
  name: "server",
  transport: { type: "stdio", command: node, args, env },
});
const http = (url: string, headers: Record<string, string> = {}): CreateMcpServer => ({
  name: "remote",
  transport: { type: "http", url, headers },
});
const refusalOf = async (work: Promise<unknown> | (() => unknown)) => {
  try {
    await (typeof work === "function" ? work() : work);
  } catch (error) {
    const { code, message } = toAppError(error);
    return { code, message };
  }
  throw new Error("it was not refused");
};
const statuses = (id: string) =>
  emitted
    .filter(({ event, room }) => event === "status" && room === id)
    .map(({ data }) => (data as { status: string }).status);
const logs = (id: string) =>
  emitted.filter(({ event, room }) => event === "log" && room === id).map(({ data }) => data as McpLog);
const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};
/** A program that is no MCP server, or a bad one. */
const script = async (code: string): Promise<string> => {
  const path = join(temp.path, `server-${Math.random().toString(36).slice(2)}.mjs`);
  await writeFile(path, code);
  return path;
};
const silent = "process.stdin.resume();";

beforeEach(async () => {
  temp = await tempFolder("mcp");
  database = openDatabase(join(temp.path, "data"));
  allowedHosts = [];
  closers = [];
  open();
});
afterEach(async () => {
  await host.close();
  for (const close of closers.toReversed()) await close();
  database.close();
  await temp.remove();
});

describe("over stdio", () => {
  test("starts a real server, lists and calls its tools, passes its log on and stops it", async () => {
    const { id } = host.create(stdio([everythingServer]));
    expect(await host.start(id)).toMatchObject({
      status: "running",
      message: null,
      serverInfo: { name: expect.any(String) },
    });
    const tools = await host.tools(id);
    expect(tools.map(({ name }) => name)).toContain("echo");
    expect(tools.find(({ name }) => name === "echo")).toMatchObject({ inputSchema: { type: "object" } });
    const result = await host.callTool(id, "echo", { message: "<b>hi</b>" });
    expect(JSON.stringify(result)).toContain("Echo: <b>hi</b>");
    const wrong = await host.callTool(id, "no such tool", {}).catch((error: unknown) => toAppError(error));
    expect(wrong).toMatchObject(wrong instanceof Error ? { code: "invalid_input" } : { isError: true });
    await host.callTool(id, "toggle-simulated-logging", {});
    await eventually(() => logs(id).some(({ source }) => source === "notification"));
    expect(host.log(id)).toEqual(logs(id));
    expect(logs(id).some(({ source, data }) => source === "stderr" && data.length > 0)).toBe(true);
    expect(await host.stop(id)).toMatchObject({ status: "stopped", serverInfo: null });
    expect(statuses(id)).toEqual(["starting", "running", "stopped"]);
    expect(await refusalOf(host.callTool(id, "echo", {}))).toMatchObject({ code: "conflict" });
  });

  test("gives a server its own variables, the mark of its run, and of ours only PATH, HOME and LANG", async () => {
    process.env.SECRET_OF_THE_API = "abc123";
    closers.push(() => delete process.env.SECRET_OF_THE_API);
    const path = await script(`process.stderr.write(JSON.stringify(process.env) + "\\n");`);
    const { id } = host.create(stdio([path], { TOKEN: "own" }));
    await refusalOf(host.start(id));
    const seen = JSON.parse(logs(id)[0]?.data ?? "{}") as Record<string, string>;
    expect(
      Object.keys(seen)
        .filter((name) => name !== "LANG")
        .sort(),
    ).toEqual(["AI_DESKTOP_MCP_RUN", "HOME", "PATH", "TOKEN"]);
    expect(seen.TOKEN).toBe("own");
  });

  test("never returns a secret value, in lists, notices or errors", async () => {
    const created = host.create(stdio([everythingServer], { API_TOKEN: "s3cret-value" }));
    expect(created.transport).toEqual({
      type: "stdio",
      command: node,
      args: [everythingServer],
      envNames: ["API_TOKEN"],
    });
    await host.start(created.id);
    const seen = JSON.stringify([host.list(), host.get(created.id), host.log(created.id), emitted]);
    expect(seen).not.toContain("s3cret-value");
  });

  test("keeps a stored value through a change, but never for another program", async () => {
    const path = await script(`process.stderr.write(String(process.env.TOKEN) + "\\n");`);
    const { id } = host.create(stdio([path], { TOKEN: "kept" }));
    const change = (args: string[]) =>
      host.change(id, { name: "renamed", transport: { type: "stdio", command: node, args, env: { TOKEN: null } } });
    expect(await refusalOf(change([path, "--print"]))).toMatchObject({ code: "invalid_input" });
    expect(await change([path])).toMatchObject({ name: "renamed" });
    await refusalOf(host.start(id));
    expect(logs(id).map(({ data }) => data)).toContain("kept");
  });

  test("masks secret values in the output of a server", async () => {
    const path = await script(
      `process.stderr.write("key " + process.env.KEY + ", " + process.env.HEAD.split(" ")[1] + "\\n");`,
    );
    const { id } = host.create(stdio([path], { KEY: "s3cret-value", HEAD: "Bearer 0123456789" }));
    await refusalOf(host.start(id));
    expect(logs(id).map(({ data }) => data)).toContain("key ********, ********");
    expect(JSON.stringify([host.log(id), emitted])).not.toContain("s3cret-value");
  });

  test("refuses a program that is not in the operator's list, and explains how to allow it", async () => {
    for (const [command, args] of [
      ["sh", ["-c", "touch /tmp/owned"]],
      ["npx", ["-y", "evil"]],
      ["/bin/sh", []],
      [`${node} `, []],
      ["./node", []],
      ["../node", []],
    ] as const) {
      const server: CreateMcpServer = { name: "x", transport: { type: "stdio", command, args: [...args], env: {} } };
      expect((await refusalOf(() => host.create(server))).code).toMatch(/^(forbidden|invalid_input)$/);
    }
    const { id } = host.create(stdio([everythingServer]));
    await host.close();
    open({ config: { MCP_ALLOWED_COMMANDS: [], MCP_ALLOWED_HOSTS: [] } });
    expect(await refusalOf(host.start(id))).toEqual({
      code: "forbidden",
      message: expect.stringContaining("MCP_ALLOWED_COMMANDS"),
    });
    expect(emitted).toEqual([]);
    await host.close();
    open({ config: { MCP_ALLOWED_COMMANDS: [`${node} ${everythingServer}`], MCP_ALLOWED_HOSTS: [] } });
    expect(await refusalOf(() => host.create(stdio(["-e", "1"])))).toMatchObject({ code: "forbidden" });
    expect(host.create(stdio([everythingServer, "stdio"]))).toMatchObject({ status: "stopped" });
  });

  test("fails a server that hangs, and leaves none of its processes", async () => {
    open({ startMs: 5_000 });
    // It forks, and neither ends on SIGTERM.
    const path = await script(`
      import { spawn } from "node:child_process";
      process.on("SIGTERM", () => {});
      const helper = "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)";
      const child = spawn(process.execPath, ["-e", helper], { stdio: "inherit" });
      process.stderr.write(process.pid + " " + child.pid + "\\n");
      setInterval(() => {}, 1000);`);
    const { id } = host.create(stdio([path]));
    // On a busy machine the limit can pass before the program has printed: then it is started again.
    const printed = await eventually(async () => {
      expect(await refusalOf(host.start(id))).toMatchObject({ code: "upstream_unavailable", message: /within/ });
      return logs(id).find(({ source }) => source === "stderr")?.data ?? false;
    });
    expect(host.get(id)).toMatchObject({ status: "failed", message: expect.stringContaining("within") });
    const pids = printed.split(" ").map(Number);
    expect(pids).toHaveLength(2);
    await eventually(() => pids.every((pid) => !isAlive(pid)));
  });

  test("fails a server that does not exist, ends at once or is no MCP server", async () => {
    open({ config: { MCP_ALLOWED_COMMANDS: [node, "/nonexistent/server"], MCP_ALLOWED_HOSTS: [] } });
    const missing = host.create({
      name: "missing",
      transport: { type: "stdio", command: "/nonexistent/server", args: [], env: {} },
    });
    const ends = host.create(stdio([await script("process.exit(3)")]));
    const babbles = host.create(stdio([await script(`setInterval(() => console.log("{not json"), 20)`)]));
    const fails = async (id: string) => {
      expect(await refusalOf(host.start(id))).toMatchObject({ code: "upstream_unavailable" });
      expect(host.get(id)).toMatchObject({ status: "failed" });
    };
    await fails(missing.id);
    await fails(ends.id);
    expect(host.get(ends.id).message).toContain("exit code 3");
    expect(JSON.stringify(emitted)).not.toContain("/nonexistent");
    await host.close();
    open({ startMs: 3_000 }); // it is not told from one that is still starting
    await fails(babbles.id);
  });

  test("ends a server that floods without a line end, and stays up", async () => {
    const before = process.memoryUsage().rss;
    const path = await script(`
      const piece = Buffer.alloc(1 << 20, "x");
      const write = () => { while (process.stdout.write(piece)); process.stdout.once("drain", write); };
      write();`);
    const { id } = host.create(stdio([path]));
    expect(await refusalOf(host.start(id))).toMatchObject({ code: "upstream_unavailable" });
    expect(host.get(id).message).toContain("without an end");
    expect(process.memoryUsage().rss - before).toBeLessThan(300 * 1024 * 1024);
  });

  test("bounds what a server writes to stderr, in line and in rate", async () => {
    const path = await script(`
      process.stderr.write("a".repeat(2_000_000) + "\\n");
      const line = "b".repeat(200) + "\\n";
      const write = () => { while (process.stderr.write(line)); process.stderr.once("drain", write); };
      write(); ${silent}`);
    open({ startMs: 3_000 });
    const { id } = host.create(stdio([path]));
    // On a busy machine the limit can pass before the program has printed: then it is started again.
    await eventually(async () => {
      await refusalOf(host.start(id));
      return logs(id).length > 1;
    });
    const all = logs(id);
    expect(all[0]?.data).toMatch(/^a{32768}… \(cut\)/);
    expect(Math.max(...all.map(({ data }) => data.length))).toBeLessThan(100_000);
    expect(all.reduce((sum, { data }) => sum + data.length, 0)).toBeLessThan(30_000_000);
    expect(host.log(id).reduce((sum, { data }) => sum + data.length, 0)).toBeLessThanOrEqual(1_000_000);
  });

  test("reports that a server crashed, and starts it again on request", async () => {
    const { id } = host.create(stdio([everythingServer]));
    await host.start(id);
    process.kill(host.get(id).process?.pid ?? 0, "SIGKILL");
    await eventually(() => host.get(id).status === "failed");
    expect(host.get(id).message).toContain("SIGKILL");
    expect(statuses(id)).toEqual(["starting", "running", "failed"]);
    expect(emitted.some(({ event, namespace }) => event === "mcp:changed" && namespace === "mcp")).toBe(true);
    expect(await host.start(id)).toMatchObject({ status: "running" });
  });

  test("starts again after a restart what was running, and nothing else", async () => {
    const one = host.create(stdio([everythingServer]));
    const other = host.create(stdio([everythingServer]));
    await Promise.all([host.start(one.id), host.start(one.id), host.start(other.id)]);
    await host.stop(other.id);
    await host.close();
    expect(host.list().map(({ status }) => status)).toEqual(["stopped", "stopped"]);
    open();
    await eventually(() => host.get(one.id).status === "running");
    expect(host.get(other.id).status).toBe("stopped");
  });

  test("does not restart a server that is stopped or removed while it is being changed", async () => {
    const transport = { type: "stdio" as const, command: node, args: [everythingServer, "stdio"], env: {} };
    const stop = async (id: string) => void (await host.stop(id));
    for (const end of [stop, (id: string) => host.remove(id)]) {
      const { id } = host.create(stdio([everythingServer]));
      await host.start(id);
      await Promise.all([host.change(id, { name: "changed", transport }), end(id)]);
      expect(statuses(id)).toEqual(["starting", "running", "stopped"]);
      for (const { status } of host.list()) expect(status).toBe("stopped");
    }
  });

  test("ends a start under way when it is stopped or removed", async () => {
    const path = await script(`process.stderr.write(process.pid + "\\n"); ${silent}`);
    const { id } = host.create(stdio([path]));
    const start = refusalOf(host.start(id));
    await eventually(() => logs(id).length > 0);
    const pid = Number(logs(id)[0]?.data);
    await host.remove(id);
    expect(await start).toMatchObject({ code: "conflict" });
    expect(isAlive(pid)).toBe(false);
    expect(await refusalOf(() => host.get(id))).toMatchObject({ code: "not_found" });
    expect(host.list()).toEqual([]);
  });

  test.skipIf(process.platform !== "linux")("ends what a killed API left behind, and no other process", async () => {
    const path = await script("setInterval(() => {}, 1000)");
    const [left, other] = await Promise.all([startChild(node, [path]), startChild(node, [path])]);
    closers.push(
      () => left.stop(),
      () => other.stop(),
    );
    createProcessRegister(database).add(left.pid);
    database.prepare("INSERT INTO mcp_process (pid, started) VALUES (?, 'another boot 1')").run(other.pid);
    await host.close();
    open();
    expect(await left.exited).toMatchObject({ signal: "SIGKILL" });
    expect(other.exitCode()).toBeNull();
    expect(database.prepare("SELECT * FROM mcp_process").all()).toEqual([]);
    const { id } = host.create(stdio([everythingServer]));
    await host.start(id);
    expect(database.prepare("SELECT * FROM mcp_process").all()).toHaveLength(1);
    await host.stop(id);
    expect(database.prepare("SELECT * FROM mcp_process").all()).toEqual([]);
  });

  test("reports the progress of a long call", async () => {
    const { id } = host.create(stdio([everythingServer]));
    await host.start(id);
    const args = { duration: 1, steps: 2 };
    await host.callTool(id, "trigger-long-running-operation", args, { progressId: "call-1" });
    const notified = emitted.filter(({ event, room }) => event === "tool:progress" && room === id);
    expect(notified.map(({ data }) => data)).toContainEqual(
      expect.objectContaining({ serverId: id, progressId: "call-1", progress: 1, total: 2 }),
    );
  });

  test("ends a call when its caller leaves", async () => {
    const { id } = host.create(stdio([everythingServer]));
    await host.start(id);
    const abort = new AbortController();
    const call = refusalOf(
      host.callTool(id, "trigger-long-running-operation", { duration: 60, steps: 60 }, { signal: abort.signal }),
    );
    abort.abort();
    expect(await call).toMatchObject({ code: "upstream_unavailable" });
    expect(JSON.stringify(await host.callTool(id, "echo", { message: "still here" }))).toContain("still here");
  });
});

describe("over Streamable HTTP", () => {
  let child: Child;
  let url: string;
  const startEverything = async () => {
    const port = await freePort();
    child = await startChild(node, [everythingServer, "streamableHttp"], {
      env: { ...process.env, PORT: String(port) },
    });
    closers.push(() => child.stop());
    await child.prints(/listening/i);
    url = `http://127.0.0.1:${port}/mcp`;
    await host.close();
    allowedHosts = [`127.0.0.1:${port}`];
    open();
  };

  test("connects to a real server, lists and calls its tools, and reports when it is gone", async () => {
    await startEverything();
    const { id } = host.create(http(url));
    expect(await host.start(id)).toMatchObject({ status: "running" });
    expect((await host.tools(id)).map(({ name }) => name)).toContain("echo");
    expect(JSON.stringify(await host.callTool(id, "echo", { message: "over HTTP" }))).toContain("over HTTP");
    await child.stop();
    expect(await refusalOf(host.callTool(id, "echo", { message: "x" }))).toMatchObject({
      code: "upstream_unavailable",
    });
    await eventually(() => host.get(id).status === "failed");
    expect(host.get(id).message).toContain("does not answer");
    expect(await host.stop(id)).toMatchObject({ status: "stopped" });
  });

  test("sends the stored headers and returns none of their values", async () => {
    const seen: string[] = [];
    const target = await serve((request, response) => {
      seen.push(String(request.headers.authorization));
      response.writeHead(500).end();
    });
    const { id, transport } = host.create(http(target, { Authorization: "Bearer s3cret" }));
    expect(transport).toEqual({ type: "http", url: target, headerNames: ["Authorization"] });
    await refusalOf(host.start(id));
    expect(seen[0]).toBe("Bearer s3cret");
    expect(JSON.stringify([host.list(), emitted, host.log(id)])).not.toContain("s3cret");
  });

  test.for([
    "http://127.0.0.1:3006/",
    "http://0x7f.1/",
    "http://2130706433/",
    "http://[::1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:a9fe:a9fe]/",
    "http://[64:ff9b::7f00:1]/",
    "http://169.254.169.254/latest/meta-data/",
    "http://10.1.2.3/",
    "http://172.17.0.1:2375/",
    "http://192.168.0.1/",
    "http://0.0.0.0/",
    "https://user:password@example.com/",
    "file:///etc/passwd",
    "ftp://example.com/",
  ])("refuses to be sent to %s", async (target) => {
    expect((await refusalOf(() => host.create(http(target)))).code).toMatch(/^(forbidden|invalid_input)$/);
    expect(host.list()).toEqual([]);
  });

  test("refuses a name that leads to the host itself, once it is resolved", async () => {
    const { id } = host.create(http("http://localhost:9/mcp"));
    expect(await refusalOf(host.start(id))).toMatchObject({ code: "forbidden", message: /MCP_ALLOWED_HOSTS/ });
    expect(host.get(id).status).toBe("failed");
  });

  test("follows no redirect", async () => {
    let reached = false;
    const inner = await serve((_request, response) => {
      reached = true;
      response.end("secret");
    });
    allowedHosts = [];
    const outer = await serve((_request, response) => response.writeHead(307, { location: inner }).end());
    const { id } = host.create(http(outer));
    expect(await refusalOf(host.start(id))).toMatchObject({ code: "upstream_unavailable" });
    expect(reached).toBe(false);
  });

  test("ends the start of a server that never responds, or responds without end", async () => {
    const hang = await serve(() => {});
    const flood = await serve((_request, response) => {
      response.writeHead(200, { "content-type": "application/json" });
      const piece = Buffer.alloc(1 << 20, " ");
      const write = () => {
        while (!response.destroyed && response.write(piece));
        response.once("drain", write);
      };
      write();
    });
    await host.close();
    open({ startMs: 3_000 });
    for (const target of [hang, flood]) {
      const { id } = host.create(http(target));
      expect(await refusalOf(host.start(id))).toMatchObject({ code: "upstream_unavailable" });
    }
    expect(process.memoryUsage().rss).toBeLessThan(800 * 1024 * 1024);
  });

  /** A server of the test's own, listed as one the operator allows. */
  async function serve(handler: Parameters<typeof createServer>[1]): Promise<string> {
    const server: Server = createServer(handler);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    closers.push(async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    });
    const { port } = server.address() as AddressInfo;
    allowedHosts.push(`127.0.0.1:${port}`);
    await host.close();
    open();
    return `http://127.0.0.1:${port}/mcp`;
  }
});
