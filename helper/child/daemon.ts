import { closeSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { logPathsOf } from "../../shared/pm2/log-files.ts";
import { callPm2, MAX_FOREIGN_ANSWER, type Pm2Method } from "../../shared/pm2/pm2-rpc.ts";
import { parseProcessList } from "../../shared/pm2/process-views.ts";
import { UnavailableError } from "../../shared/server/dependency.ts";
import { AppError } from "../../shared/server/errors.ts";
import { findChangeable } from "../root-owned.ts";
import { openIn, openPlace } from "./open-path.ts";

const LIST_LIMIT_MS = 5_000;
/** How long the list of log files counts: a page that follows ten files reads it once. */
const LIST_AGE_MS = 5_000;
const MAX_HOMES = 50;
/** End of the name of a rotated file. */
const ROTATED = /\.[1-9]\d?$/;

export interface Daemon {
  call(method: Pm2Method, argument: unknown, limitMs: number): Promise<unknown>;
  /** Path of its bus, until it is closed. @throws UnavailableError */
  bus(): string;
  readonly dump: string;
  /**
   * @param options.rotated Whether a rotated file of such a log counts too
   * @throws AppError `forbidden` for a file that none of its apps logs into
   */
  requireLogFile(path: string, options?: { rotated?: boolean }): Promise<void>;
  /** Closes what was opened. */
  close(): void;
}

/**
 * The daemon with this PM2_HOME, as this process's user may reach it. Its folder and sockets are opened before they are
 * checked, and then used as they were opened: their paths could lead elsewhere a moment later.
 */
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
    const folder = openHome(home);
    const opened = [folder.fd];
    const socket = (name: string): string => {
      const found = openIn(folder.fd, name);
      if (!found) throw new UnavailableError("absent", "PM2 is not running here; start a process with it.");
      opened.push(found.fd);
      if (!found.stats.isSocket() || found.stats.uid !== process.getuid?.()) {
        throw new AppError("forbidden", "The sockets in this PM2_HOME belong to another user.");
      }
      return `/proc/self/fd/${found.fd}`;
    };
    const call: Daemon["call"] = async (method, argument, limitMs) =>
      callPm2(socket("rpc.sock"), method, argument, limitMs, MAX_FOREIGN_ANSWER);
    return {
      call,
      bus: () => socket("pub.sock"),
      dump: join(folder.path, "dump.pm2"),
      async requireLogFile(path, { rotated = false } = {}) {
        const known = logFiles.get(folder.path);
        const isLog = (paths: ReadonlySet<string>) =>
          paths.has(path) || (rotated && paths.has(path.replace(ROTATED, "")));
        if (known && performance.now() - known.at < LIST_AGE_MS && isLog(known.paths)) return;
        if (!isLog(await readLogFiles(folder.path, call))) {
          throw new AppError("forbidden", "No process of this daemon logs into this file.");
        }
      },
      close() {
        for (const fd of opened.splice(0)) closeSync(fd);
      },
    };
  };
}

/**
 * Opens PM2_HOME, which must be a folder of this user or of root that not everybody can change. What root's daemon left in a
 * folder of others could be exchanged by them: for root, nobody else may be able to change any folder above either.
 */
function openHome(home: string): { fd: number; path: string } {
  const place = openPlace(home);
  if (!place) throw new UnavailableError("absent", "PM2 is not running here; start a process with it.");
  const { fd, stats } = place;
  try {
    const uid = process.getuid?.();
    const isSticky = (stats.mode & 0o1000) !== 0;
    if ((stats.uid !== uid && stats.uid !== 0) || ((stats.mode & 0o002) !== 0 && !isSticky)) {
      throw new AppError("forbidden", "Other users can change the PM2_HOME of this daemon, so it is not used.");
    }
    const path = readlinkSync(`/proc/self/fd/${fd}`);
    if (uid === 0 && isChangeable(path)) {
      throw new AppError("forbidden", "Other users can change the PM2_HOME of root's daemon, so it is not used.");
    }
    return { fd, path };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/** A folder that cannot be looked at, or that was moved away, counts as one. */
function isChangeable(path: string): boolean {
  try {
    return findChangeable(path) !== undefined;
  } catch {
    return true;
  }
}
