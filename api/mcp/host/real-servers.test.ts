import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import type { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, test } from "vitest";
import { silentLog } from "../../../shared/server/log.ts";
import { eventually, HANG_MS } from "../../../shared/testing/eventually.ts";
import { canConnect, freePort } from "../../../shared/testing/free-port.ts";
import { type TempFolder, tempFolder } from "../../../shared/testing/temp-folder.ts";
import { openDatabase } from "../../database/database.ts";
import { createEmitRecorder } from "../../testing/route-server.ts";
import { nodeOnly } from "../testing.ts";
import { createMcpHost, type McpHost } from "./host.ts";

let temp: TempFolder;
let database: DatabaseSync;
let host: McpHost;
let config: typeof nodeOnly;

beforeEach(async () => {
  temp = await tempFolder("mcp-real");
  database = openDatabase(join(temp.path, "data"));
  const { realtime } = createEmitRecorder();
  const restartTimes = { firstMs: 1, maxMs: 5 };
  config = { ...nodeOnly };
  host = createMcpHost({ database, realtime, log: silentLog(), config, restartTimes, startMs: HANG_MS });
});
afterEach(async () => {
  await host.close();
  database.close();
  await temp.remove();
});

const program = (name: string) =>
  join(import.meta.dirname, `../../../node_modules/@modelcontextprotocol/${name}/dist/index.js`);
const start = async (name: string, args: string[], env: Record<string, string> = {}) => {
  const transport = { type: "stdio" as const, command: process.execPath, args: [program(name), ...args], env };
  const { id } = host.create({ name, transport });
  await host.start(id);
  return id;
};
/** Kills the server, and waits until it was started again. */
const crash = async (id: string) => {
  process.kill(host.get(id).process?.pid ?? 0, "SIGKILL");
  await eventually(() => host.get(id).restarts.count > 0 && host.get(id).status === "running");
};

test("server-filesystem writes below its folder only, also after a crash", async () => {
  const id = await start("server-filesystem", [temp.path]);
  expect((await host.tools(id)).map(({ name }) => name)).toContain("write_file");
  const path = join(temp.path, "note.txt");
  await host.callTool(id, "write_file", { path, content: "kept" });
  expect(await readFile(path, "utf8")).toBe("kept");
  await crash(id);
  expect(JSON.stringify(await host.callTool(id, "read_text_file", { path }))).toContain("kept");
  expect(await host.callTool(id, "read_text_file", { path: "/etc/hostname" })).toMatchObject({ isError: true });
});

test("server-memory remembers after a crash and a restart", async () => {
  const id = await start("server-memory", [], { MEMORY_FILE_PATH: join(temp.path, "memory.jsonl") });
  const entities = [{ name: "Ada", entityType: "person", observations: ["wrote the first program"] }];
  await host.callTool(id, "create_entities", { entities });
  const remembers = async () =>
    expect(JSON.stringify(await host.callTool(id, "read_graph", {}))).toContain("wrote the first program");
  await crash(id);
  await remembers();
  await host.restart(id);
  await remembers();
});

test("server-everything is used over HTTP+SSE, and again after it was restarted", async () => {
  const port = await freePort();
  const begin = async () => {
    const env = { ...process.env, PORT: String(port) };
    const child = spawn(process.execPath, [program("server-everything"), "sse"], { env, stdio: "ignore" });
    await eventually(() => canConnect(port));
    return async () => {
      child.kill("SIGKILL");
      await once(child, "exit");
    };
  };
  let end = await begin();
  try {
    config.MCP_ALLOWED_HOSTS = ["127.0.0.1"];
    const transport = { type: "http" as const, url: `http://127.0.0.1:${port}/sse`, headers: {} };
    const { id } = host.create({ name: "old", transport });
    expect(await host.start(id)).toMatchObject({ status: "running", oldTransport: true });
    const echo = async () => JSON.stringify(await host.callTool(id, "echo", { message: "over two addresses" }));
    expect(await echo()).toContain("over two addresses");
    await end();
    end = await begin();
    await eventually(() => host.get(id).restarts.count > 0 && host.get(id).status === "running");
    expect(await echo()).toContain("over two addresses");
  } finally {
    await end();
  }
});
