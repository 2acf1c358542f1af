import { lstatSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { logPathsOf } from "../../shared/pm2/log-files.ts";
import { callPm2, type Pm2Method } from "../../shared/pm2/pm2-rpc.ts";
import { parseProcessList } from "../../shared/pm2/process-views.ts";
import { AppError } from "../../shared/server/errors.ts";
import { findChangeable } from "../root-owned.ts";

const LIST_LIMIT_MS = 5_000;
/** How long the list of log files counts: a page that follows ten files reads it once. */
const LIST_AGE_MS = 5_000;
const MAX_HOMES = 50;

export interface Daemon {
  call(method: Pm2Method, argument: unknown, limitMs: number): Promise<unknown>;
  readonly bus: string;
  readonly dump: string;
  /** @throws AppError `forbidden` for a file that none of its apps logs into */
  requireLogFile(path: string): Promise<void>;
}

/** The daemon with this PM2_HOME, as this process's user may reach it. */
export function createDaemonOf(): (home: string) => Daemon {
  const logFiles = new Map<string, { at: number; paths: ReadonlySet<string> }>();

  const readLogFiles = async (home: string, call: Daemon["call"]): Promise<ReadonlySet<string>> => {
    const list = await call("getMonitorData", {}, LIST_LIMIT_MS);
    if (!Array.isArray(list)) throw new AppError("conflict", "What answers in PM2_HOME is not PM2's daemon.");
    const paths = new Set(logPathsOf(parseProcessList(list)));
    if (logFiles.size >= MAX_HOMES) logFiles.clear();
    logFiles.set(home, { at: performance.now(), paths });
    return paths;
  };

  return (home) => {
    requireOwnFolder(home);
    const rpc = join(home, "rpc.sock");
    const call: Daemon["call"] = (method, argument, limitMs) => {
      requireOwn(rpc);
      return callPm2(rpc, method, argument, limitMs);
    };
    return {
      call,
      get bus() {
        const bus = join(home, "pub.sock");
        requireOwn(bus);
        return bus;
      },
      dump: join(home, "dump.pm2"),
      async requireLogFile(path) {
        const known = logFiles.get(home);
        if (known && performance.now() - known.at < LIST_AGE_MS && known.paths.has(path)) return;
        if (!(await readLogFiles(home, call)).has(path)) {
          throw new AppError("forbidden", "No process of this daemon logs into this file.");
        }
      },
    };
  };
}

/** What this user's daemon left in a folder of others could be exchanged by them. For other users the kernel's rights do. */
function requireOwnFolder(home: string): void {
  if (process.getuid?.() !== 0) return;
  let changeable: string | undefined = home;
  try {
    changeable = findChangeable(home);
  } catch {
    throw new AppError("forbidden", "PM2_HOME of root's daemon cannot be opened.");
  }
  if (changeable)
    throw new AppError("forbidden", "Other users can change PM2_HOME of root's daemon, so it is not used.");
}

/** A socket of another user would answer in the name of this one. A missing one is reported by the call. */
function requireOwn(socket: string): void {
  let owner: number | undefined;
  try {
    owner = lstatSync(socket).uid;
  } catch {
    return;
  }
  if (owner !== process.getuid?.())
    throw new AppError("forbidden", "The sockets in this PM2_HOME belong to another user.");
}
