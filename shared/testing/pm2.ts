import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { chown, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { callPm2 } from "../pm2/pm2-rpc.ts";
import { eventually, HANG_MS } from "./eventually.ts";
import { tempFolder } from "./temp-folder.ts";

const run = promisify(execFile);
const pm2Program = join(createRequire(import.meta.url).resolve("pm2/package.json"), "../bin/pm2");

export interface Pm2AppOptions {
  name: string;
  /** Namespaces with one app each, started together, since PM2 moves a running app of the same name. Default: `default`. */
  namespaces?: string[];
  /** Further fields of the app's entry by PM2's names, such as `out_file`. */
  fields?: Record<string, unknown>;
  /** Source of an ES module for Node. */
  source: string;
  instances?: number;
  env?: Record<string, string>;
  /** Failed starts before PM2 stops restarting; default: 16, as in PM2. */
  maxRestarts?: number;
  /** Further arguments of `pm2 start`, such as `--merge-logs`. */
  args?: string[];
}

export interface TestPm2 {
  /** PM2_HOME, which also contains the scripts. */
  home: string;
  /** Writes the script and starts it; resolves with its path. */
  start(app: Pm2AppOptions): Promise<string>;
  /** Runs PM2's command line with a clean environment; resolves with its stdout. */
  command(...args: string[]): Promise<string>;
  /** Pid of the daemon; 0 if there is none. */
  daemonPid(): number;
  /** Sends SIGKILL to the daemon. Its processes in fork mode end with it or by `close`. */
  killDaemon(): Promise<void>;
  /** Stops the daemon and all its processes, and deletes PM2_HOME. */
  close(): Promise<void>;
}

export interface TestPm2Options {
  /** User that the daemon and its processes run as; only root can choose another one. */
  uid?: number;
}

/** A real PM2 with its own PM2_HOME. The daemon starts with the first command. */
export async function testPm2({ uid }: TestPm2Options = {}): Promise<TestPm2> {
  const folder = await tempFolder("pm2");
  const home = folder.path;
  const user = uid === undefined ? {} : { uid, gid: uid };
  if (uid !== undefined) await chown(home, uid, uid);
  // PM2 passes its caller's whole environment to the app, so this one is minimal.
  const env = { PM2_HOME: home, HOME: home, PATH: process.env.PATH ?? "", PM2_DISABLE_VERSION_CHECK: "true" };
  const command = async (...args: string[]) => {
    const { stdout } = await run(process.execPath, [pm2Program, ...args], {
      env,
      cwd: home,
      timeout: HANG_MS,
      ...user,
    });
    return stdout;
  };
  const pidFile = join(home, "pm2.pid");
  const daemonPid = () => (existsSync(pidFile) ? Number(readFileSync(pidFile, "utf8")) : 0);
  const pids = new Set<number>();
  const notePids = async () => {
    const list = (await callPm2(join(home, "rpc.sock"), "getMonitorData", {}, HANG_MS)) as { pid?: number }[];
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
        // Else a start that a busy machine draws out counts as a good one.
        min_uptime: maxRestarts === undefined ? undefined : 60_000,
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
      // It ends its processes first. Its command line would start another Node for that.
      if (daemon && isAlive(daemon)) process.kill(daemon, "SIGTERM");
      if (daemon) await eventually(() => !isAlive(daemon));
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
