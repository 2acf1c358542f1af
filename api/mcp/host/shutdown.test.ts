import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { afterEach, beforeEach, expect, test } from "vitest";
import { eventually } from "../../../shared/testing/eventually.ts";
import { type ServiceProcess, startService } from "../../../shared/testing/service-process.ts";
import { type TempFolder, tempFolder } from "../../../shared/testing/temp-folder.ts";
import { openDatabase } from "../../database/database.ts";
import { createMcpStore } from "../store.ts";

const node = process.execPath;
let temp: TempFolder;
let pidFile: string;
let api: ServiceProcess;

const start = async () => {
  const env = { DATA_DIR: join(temp.path, "data"), PM2_HOME: join(temp.path, "pm2"), MCP_ALLOWED_COMMANDS: node };
  api = await startService("api", { env });
};
/** Pid of the MCP server that the API has started; it and its helper ignore whatever can be ignored. */
const startedPid = (other?: number) =>
  eventually(async () => {
    const pid = Number(await readFile(pidFile, "utf8"));
    return pid > 0 && pid !== other && pid;
  });
const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

beforeEach(async () => {
  temp = await tempFolder("mcp-stop");
  pidFile = join(temp.path, "pid");
  const script = join(temp.path, "stubborn.mjs");
  await writeFile(
    script,
    `import { writeFileSync } from "node:fs";
    process.on("SIGTERM", () => {}).on("SIGINT", () => {}).on("SIGHUP", () => {});
    writeFileSync(${JSON.stringify(pidFile)}, String(process.pid));
    setInterval(() => {}, 1000);`,
  );
  const database = openDatabase(join(temp.path, "data"));
  const store = createMcpStore(database);
  const { id } = store.add({ name: "stubborn", transport: { type: "stdio", command: node, args: [script], env: {} } });
  store.setDesired(id, "running");
  database.close();
  await start();
});
afterEach(async () => {
  await api.stop();
  await temp.remove();
});

test("ends its servers at shutdown, even when they ignore signals, and then exits", async () => {
  const pid = await startedPid();
  api.signal("SIGTERM");
  expect(await api.exited).toEqual({ code: 0, signal: null });
  expect(isAlive(pid)).toBe(false);
});

test.skipIf(process.platform !== "linux")("ends after a kill what the killed one left behind", async () => {
  const pid = await startedPid();
  process.kill(api.pid, "SIGKILL");
  await api.exited;
  expect(isAlive(pid)).toBe(true);
  await start();
  await eventually(() => !isAlive(pid));
  expect(isAlive(await startedPid(pid))).toBe(true);
});
