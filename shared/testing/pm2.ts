import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { eventually, HANG_MS } from "./eventually.ts";
import { tempFolder } from "./temp-folder.ts";

const run = promisify(execFile);
const pm2Program = join(createRequire(import.meta.url).resolve("pm2/package.json"), "../bin/pm2");

export interface Pm2AppOptions {
  name: string;
  /** One app in each, started together: PM2 moves an app of this name that runs already. Its own `default` when absent. */
  namespaces?: string[];
  /** More fields of the app's entry, by PM2's own names, such as `out_file`. */
  fields?: Record<string, unknown>;
  /** Source of an ES module that Node runs. */
  source: string;
  instances?: number;
  env?: Record<string, string>;
  /** Starts that fail before PM2 gives up; its own 16 when absent. */
  maxRestarts?: number;
  /** More arguments of `pm2 start`, such as `--merge-logs`. */
  args?: string[];
}

export interface TestPm2 {
  /** PM2_HOME, and the folder the scripts are in. */
  home: string;
  /** Writes the script and starts it; resolves with its path. */
  start(app: Pm2AppOptions): Promise<string>;
  /** Runs PM2's command line with a clean environment; resolves with its stdout. */
  command(...args: string[]): Promise<string>;
  /** 0 when there is none. */
  daemonPid(): number;
  /** SIGKILL to the daemon; what it ran in fork mode ends with it or is left to `close`. */
  killDaemon(): Promise<void>;
  /** Ends the daemon and every process it started, and deletes PM2_HOME. */
  close(): Promise<void>;
}

/** A real PM2 with a PM2_HOME of its own; no daemon runs until the first command. */
export async function testPm2(): Promise<TestPm2> {
  const folder = await tempFolder("pm2");
  const home = folder.path;
  // PM2 hands its caller's whole environment to the app: it gets the least there is.
  const env = { PM2_HOME: home, HOME: home, PATH: process.env.PATH ?? "", PM2_DISABLE_VERSION_CHECK: "true" };
  const command = async (...args: string[]) => {
    const { stdout } = await run(process.execPath, [pm2Program, ...args], { env, cwd: home, timeout: HANG_MS });
    return stdout;
  };
  const pidFile = join(home, "pm2.pid");
  const daemonPid = () => (existsSync(pidFile) ? Number(readFileSync(pidFile, "utf8")) : 0);
  const pids = new Set<number>();
  const notePids = async () => {
    const list = JSON.parse((await command("jlist", "--silent")) || "[]") as { pid?: number }[];
    for (const { pid } of list) if (pid) pids.add(pid);
  };
  return {
    home,
    command,
    daemonPid,
    start: async ({ name, namespaces, fields, source, instances, env: appEnv = {}, maxRestarts, args = [] }) => {
      const file = name.replace(/[^\w-]/g, "_");
      const script = join(home, `${file}.mjs`);
      await writeFile(script, source);
      const app = {
        name,
        script,
        interpreter: process.execPath,
        exec_mode: "fork",
        instances,
        env: appEnv,
        max_restarts: maxRestarts,
        ...fields,
      };
      const config = join(home, `${file}.config.json`);
      await writeFile(
        config,
        JSON.stringify({ apps: namespaces?.map((namespace) => ({ ...app, namespace })) ?? [app] }),
      );
      await command("start", config, ...args);
      await notePids();
      return script;
    },
    killDaemon: async () => {
      await notePids();
      const pid = daemonPid();
      process.kill(pid, "SIGKILL");
      await eventually(() => !isAlive(pid));
    },
    close: async () => {
      const daemon = daemonPid();
      await command("kill").catch(() => undefined);
      if (daemon) await eventually(() => !isAlive(daemon)); // it answers before it ends
      for (const pid of pids) if (isAlive(pid)) process.kill(pid, "SIGKILL");
      await folder.remove();
    },
  };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
