import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { chmod, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import type { DatabaseSync } from "node:sqlite";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { silentLog } from "../../../shared/server/log.ts";
import { eventually, HANG_MS } from "../../../shared/testing/eventually.ts";
import { type TempFolder, tempFolder } from "../../../shared/testing/temp-folder.ts";
import { openDatabase } from "../../database/database.ts";
import { createEmitRecorder } from "../../testing/route-server.ts";
import { createMcpHost, type McpHost } from "../host/host.ts";
import { smallServerScript } from "../testing.ts";

let temp: TempFolder;
let database: DatabaseSync;
let host: McpHost;
let folder: string;
let tarball: string;

const open = () => {
  const config = { MCP_ALLOWED_COMMANDS: ["npx", join(temp.path, "bin/uvx")], MCP_ALLOWED_HOSTS: [] };
  const { realtime } = createEmitRecorder();
  host = createMcpHost({ database, realtime, log: silentLog(), config, programFolder: folder, startMs: HANG_MS });
};
/** Packs a package with a server, as a registry would hand it out. */
const pack = async (version: string, script = smallServerScript) => {
  const source = join(temp.path, "package");
  await mkdir(source, { recursive: true });
  const manifest = { name: "small-server", version, type: "module", bin: { "small-server": "server.js" } };
  await writeFile(join(source, "package.json"), JSON.stringify(manifest));
  await writeFile(join(source, "server.js"), `#!/usr/bin/env node\n${script}`);
  await chmod(join(source, "server.js"), 0o755);
  await promisify(execFile)("tar", ["-czf", tarball, "-C", temp.path, "package"]);
};
const installed = () => (existsSync(folder) ? readdirSync(folder) : []);
const signal = () => AbortSignal.timeout(HANG_MS);
const register = (args: string[] = []) =>
  host.create({
    name: "packed",
    transport: {
      type: "stdio",
      command: "npx",
      args: ["-y", `file:${tarball}`, ...args],
      env: { TOKEN: "secret-value" },
    },
  }).id;

beforeEach(async () => {
  temp = await tempFolder("mcp-programs");
  database = openDatabase(join(temp.path, "data"));
  folder = join(temp.path, "programs");
  tarball = join(temp.path, "small-server.tgz");
  open();
});
afterEach(async () => {
  await host.close();
  database.close();
  await temp.remove();
});

test("what npx would run is installed once and started itself, also without the package's source", async () => {
  await pack("1.0.0");
  const id = register(["--flag"]);
  expect(await host.start(id)).toMatchObject({
    status: "running",
    program: { package: "small-server", version: "1.0.0", resolvedAt: expect.any(String) },
  });
  if (process.platform === "linux") {
    await host.measure(id);
    const { process: run } = host.get(id);
    expect(run?.processes).toBe(1);
    const commandLine = readFileSync(`/proc/${run?.pid}/cmdline`, "utf8").split("\0");
    expect(commandLine[1]).toContain(join(folder, id));
    expect(commandLine.at(-2)).toBe("--flag");
  }
  const first = installed();
  expect(first).toHaveLength(1);
  await rm(tarball);
  await host.stop(id);
  await host.close();
  open();
  expect(await host.start(id)).toMatchObject({ status: "running" });
  expect(installed()).toEqual(first);
  await host.remove(id);
  expect(installed()).toEqual([]);
});

test("an update replaces it by the newest version, and leaves it when that fails", async () => {
  await pack("1.0.0");
  const id = register();
  const pid = (await host.start(id)).process?.pid;
  await pack("1.1.0");
  const lines: string[] = [];
  const updated = await host.update(id, { signal: signal(), onLine: (line) => lines.push(line) });
  expect(updated).toMatchObject({ status: "running", program: { version: "1.1.0" } });
  expect(updated.process?.pid).not.toBe(pid);
  expect(lines).toContain("Installed small-server 1.1.0");
  expect(installed()).toHaveLength(1);
  await writeFile(tarball, "no archive");
  await expect(host.update(id, { signal: signal() })).rejects.toThrow("could not be installed");
  expect(host.get(id)).toMatchObject({ status: "running", program: { version: "1.1.0" } });
  expect(installed()).toHaveLength(1);
  await expect(
    host.update(host.create({ name: "r", transport: { type: "http", url: "https://example.com/", headers: {} } }).id, {
      signal: signal(),
    }),
  ).rejects.toThrow("npx or uvx");
});

test("a package that cannot be installed fails the start with the reason, and leaves nothing", async () => {
  const id = register();
  await expect(host.start(id)).rejects.toThrow(/could not be installed: .*small-server\.tgz/s);
  expect(host.get(id)).toMatchObject({ status: "failed", program: null });
  expect(installed()).toEqual([]);
  // What a killed installation left behind goes at the next start.
  await mkdir(join(folder, "left-behind"), { recursive: true });
  await host.close();
  open();
  await pack("1.0.0");
  await host.start(id);
  expect(installed()).toHaveLength(1);
});

test("an installation ends with a stop", async () => {
  await pack("1.0.0");
  const id = register();
  const start = host.start(id).catch((error: unknown) => error);
  await eventually(() => installed().length === 1);
  await host.stop(id);
  expect(await start).toBeInstanceOf(Error);
  expect(host.get(id)).toMatchObject({ status: "stopped" });
  expect(installed()).toEqual([]);
});

test("what uvx would run is installed by the uv beside it, and named by its package", async () => {
  const bin = join(temp.path, "bin");
  await mkdir(bin);
  await writeFile(join(bin, "server"), `#!/usr/bin/env node\n${smallServerScript}`);
  // Leaves what uv leaves: files of its own beside the environment of the tool, and a link to the program.
  const script = `#!/bin/sh
    set -eu
    [ "$*" = "tool install --no-progress --with extra -- small-server==1.2.0" ]
    tool="$UV_TOOL_DIR/small-server"
    mkdir -p "$tool/bin" "$tool/lib/python3.12/site-packages/small_server-1.2.0.dist-info"
    printf '*' >"$UV_TOOL_DIR/.gitignore"
    : >"$UV_TOOL_DIR/.lock"
    cp "${join(bin, "server")}" "$tool/bin/small-server"
    ln -s "$tool/bin/small-server" "$UV_TOOL_BIN_DIR/small-server"\n`;
  for (const name of ["uv", "uvx"]) await writeFile(join(bin, name), script);
  for (const name of ["uv", "uvx", "server"]) await chmod(join(bin, name), 0o755);
  const args = ["--with", "extra", "small-server@1.2.0", "--flag"];
  const transport = { type: "stdio" as const, command: join(bin, "uvx"), args, env: {} };
  const { id } = host.create({ name: "python", transport });
  expect(await host.start(id)).toMatchObject({
    status: "running",
    program: { package: "small-server", version: "1.2.0" },
  });
  expect(await host.callTool(id, "echo", { a: 1 })).toMatchObject({ content: [{ type: "text", text: '{"a":1}' }] });
});
