import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { AppError } from "../server/errors.ts";

/** A daemon of another user: its own files do not say what its process is. */
export interface ForeignDaemon {
  uid: number;
  pid: number;
}

/**
 * Sends a signal to a process that the daemon started. PM2's own call is not used: for a process that has just ended it
 * signals the pid 0, which is the daemon with everything in its group.
 *
 * @throws AppError `conflict` if the process has ended, `forbidden`, `not_supported` without Linux's `/proc`, or if the
 *   daemon's pids mean nothing here because it runs in another container
 */
export async function sendSignal(
  pid: number,
  signal: NodeJS.Signals,
  pm2Home: string,
  foreign?: ForeignDaemon,
): Promise<void> {
  const daemon = foreign?.pid ?? (await daemonPid(pm2Home));
  const parent = await parentOf(pid);
  if (parent === undefined) throw ended();
  if (!(daemon > 1) || parent !== daemon || !(await belongsTo(foreign, [daemon, pid]))) {
    throw new AppError("not_supported", "The panel cannot tell whether PM2 started the process with this number.");
  }
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") throw ended();
    throw new AppError("forbidden", "The panel may not send signals to this process.", { cause: error });
  }
}

/** Whether all these processes are children of the daemon here, so that its pids mean the same on this host. */
export async function areChildren(pids: readonly number[], pm2Home: string, foreign?: ForeignDaemon): Promise<boolean> {
  const daemon = foreign?.pid ?? (await daemonPid(pm2Home));
  if (!(await belongsTo(foreign, [daemon, ...pids]))) return false;
  const parents = await Promise.all(pids.map((pid) => parentOf(pid).catch(() => undefined)));
  return daemon > 1 && parents.every((parent) => parent === daemon);
}

/** Whether these are processes of the daemon's user: what its daemon says about them is the word of another user. */
async function belongsTo(foreign: ForeignDaemon | undefined, pids: readonly number[]): Promise<boolean> {
  if (!foreign) return true;
  const owners = await Promise.all(pids.map((pid) => stat(`/proc/${pid}`).catch(() => undefined)));
  return owners.every((owner) => owner?.uid === foreign.uid);
}

/** Pid of the daemon, as its file says; not above 1 if it is unknown. */
export const daemonPid = async (pm2Home: string): Promise<number> =>
  Number((await readFile(join(pm2Home, "pm2.pid"), "utf8").catch(() => "")).trim());

const ended = () => new AppError("conflict", "The process has just ended.");

/** Pid of the parent; undefined if the process is gone. @throws AppError `not_supported` without `/proc` */
async function parentOf(pid: number): Promise<number | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  if (stat === "") {
    if ((await readFile("/proc/self/stat", "utf8").catch(() => "")) !== "") return undefined;
    throw new AppError("not_supported", "This host does not list its processes.");
  }
  // The name of the program, in parentheses, can contain anything.
  return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
}
