import { constants } from "node:fs";
import { access, lstat } from "node:fs/promises";
import { join } from "node:path";
import { UnavailableError } from "../server/dependency.ts";
import type { DaemonLink } from "./daemon-link.ts";
import { listeningPorts, ownListeningPorts } from "./listening-ports.ts";
import { emptyLogFile, readLogFile, statLogFile } from "./log-files.ts";
import { followBus } from "./pm2-bus.ts";
import { callPm2, MAX_FOREIGN_ANSWER } from "./pm2-rpc.ts";
import { canRotateLossless, rotateLogFile } from "./rotate-log.ts";
import { readSavedFile, writeSavedFile } from "./saved-file.ts";
import { areChildren, daemonPid, type ForeignDaemon, sendSignal } from "./send-signal.ts";

export interface DirectLinkOptions {
  pm2Home: string;
  /**
   * For a daemon of another user, which this process can reach because it is root: what that daemon and its files name is
   * only believed of sockets, files and processes of this user.
   */
  foreign?: ForeignDaemon | undefined;
}

/** A daemon that this process reaches by itself: over its sockets in PM2_HOME, with this process's own rights. */
export function createDirectLink({ pm2Home, foreign }: DirectLinkOptions): DaemonLink {
  const rpc = join(pm2Home, "rpc.sock");
  const bus = join(pm2Home, "pub.sock");
  const dump = join(pm2Home, "dump.pm2");
  const uid = foreign?.uid;
  return {
    home: pm2Home,
    direct: { owner: uid },
    canWrite: true,
    readOnlyHint: undefined,
    async call(method, argument, limitMs) {
      if (uid === undefined) return callPm2(rpc, method, argument, limitMs);
      await requireSocket(rpc, uid);
      return callPm2(rpc, method, argument, limitMs, MAX_FOREIGN_ANSWER);
    },
    followBus: (handlers, signal) => followBus(bus, handlers, signal),
    statFile: (path) => statLogFile(path, uid),
    readFile: (path, offset, length) => readLogFile(path, offset, length, uid),
    emptyFile: (path) => emptyLogFile(path, uid),
    canRotate: canRotateLossless,
    rotateFile: (path, options) => rotateLogFile(path, options, uid),
    readSaved: () => readSavedFile(dump, uid),
    writeSaved: (text) => writeSavedFile(dump, text, uid),
    listeningPorts: async (pids) => ((await areChildren(pids, pm2Home, foreign)) ? listeningPorts(pids) : null),
    async daemonPorts() {
      const pid = foreign?.pid ?? (await daemonPid(pm2Home));
      return (await areChildren([], pm2Home, foreign)) ? ownListeningPorts(pid) : null;
    },
    sendSignal: (pid, signal) => sendSignal(pid, signal, pm2Home, foreign),
  };
}

/**
 * Whether this process may open both sockets of a user's daemon (`own`), or might if they were that user's (`foreign`): what
 * answers there is not that daemon for sure, or a link leads elsewhere. `absent` if one of them is not there.
 */
export async function findSockets(pm2Home: string, uid: number): Promise<"own" | "foreign" | "absent" | "none"> {
  const paths = ["rpc.sock", "pub.sock"].map((name) => join(pm2Home, name));
  try {
    await Promise.all(paths.map((path) => access(path, constants.W_OK)));
    return (await Promise.all(paths.map((path) => isSocketOf(path, uid)))).every(Boolean) ? "own" : "foreign";
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT" ? "absent" : "none";
  }
}

/** @throws the error of the file system if there is nothing, or it may not be looked at */
async function isSocketOf(path: string, uid: number): Promise<boolean> {
  const found = await lstat(path);
  return found.isSocket() && found.uid === uid;
}

async function requireSocket(path: string, uid: number): Promise<void> {
  if (!(await isSocketOf(path, uid).catch(() => false)))
    throw new UnavailableError("down", "The socket of this PM2 daemon is gone.");
}
