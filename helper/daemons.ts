import { open, readdir, readFile, readlink } from "node:fs/promises";
import { basename, dirname, isAbsolute, normalize } from "node:path";
import type { DaemonRef } from "../shared/helper/protocol.ts";
import { AppError } from "../shared/server/errors.ts";

/** With whose rights a process runs. */
interface Owner {
  uid: number;
  gids: number[];
  /** Names nothing that gives power over other users: ports below 1024 and raw packets are common for web servers. */
  hasCapabilities: boolean;
}

/** A process of this host that says it is PM2's daemon. Whoever owns it can say so: nothing in it is trusted but the uid. */
export interface FoundDaemon extends Owner {
  home: string;
  /** The oldest process with this uid and PM2_HOME: a process that the daemon starts has its title for a moment. */
  pid: number;
  version: string | null;
}

export interface Daemons {
  list(): Promise<FoundDaemon[]>;
  /** Looks again whether such a daemon runs. @throws AppError `not_found` */
  find(ref: DaemonRef): Promise<FoundDaemon>;
}

/** A user with many processes cannot hide the daemons of others. */
const MAX_OF_USER = 20;
const MAX_DAEMONS = 500;
/** Sockets of that name: a user can make many, and the processes behind them are counted by user. */
const MAX_SOCKETS = 20_000;
const MAX_TITLE = 4_096;
/** Processes are looked at again after this time even if no socket came or went: the panel asks every other second. */
const RESCAN_MS = 10_000;
const MAX_HOME = 1_024;
const TITLE = /^PM2 v(\S{1,40}): God Daemon \((.+)\)$/s;

interface Seen extends Owner {
  pid: number;
  home: string;
  version: string | null;
}

/**
 * Finds PM2 daemons by their process titles and by the sockets they listen on, since a title can be replaced or cut. It opens
 * nothing but files of `/proc`. Daemons in containers are left out: their paths mean something else here.
 */
export function createDaemons(proc = "/proc"): Daemons {
  let last: { daemons: FoundDaemon[]; sockets: string; at: number } | undefined;
  const scan = async (homes: ReadonlyMap<string, string>): Promise<FoundDaemon[]> => {
    const at = performance.now();
    const seen = await byTitle(proc);
    const others = await bySocket(proc, homes, new Set(seen.map(({ home }) => home)));
    // A name of a socket can be forged, a title only by its user.
    last = { daemons: grouped([...byAge(seen), ...byAge(others)]), sockets: JSON.stringify([...homes]), at };
    return last.daemons;
  };
  const list = async (): Promise<FoundDaemon[]> => {
    const homes = await socketHomes(proc);
    const isKnown = last?.sockets === JSON.stringify([...homes]) && performance.now() - last.at < RESCAN_MS;
    return isKnown && last ? last.daemons : scan(homes);
  };
  /** Daemons of the last calls, each with what identifies the run of its oldest process. */
  const known = new Map<string, { daemon: FoundDaemon; run: string }>();

  return {
    list,
    async find({ uid, home }) {
      const key = `${uid} ${home}`;
      const earlier = known.get(key);
      if (earlier && (await runOf(proc, earlier.daemon.pid)) === earlier.run) return earlier.daemon;
      // Not a list of some seconds ago: another process can have the number.
      const daemon = (await scan(await socketHomes(proc))).find((found) => found.uid === uid && found.home === home);
      if (!daemon) throw new AppError("not_found", "This user runs no PM2 daemon with this folder.");
      if (known.size >= MAX_DAEMONS) known.clear();
      const run = await runOf(proc, daemon.pid);
      if (run !== "") known.set(key, { daemon, run });
      return daemon;
    },
  };
}

function grouped(seen: readonly Seen[]): FoundDaemon[] {
  const daemons = new Map<string, FoundDaemon>();
  const ofUser = new Map<number, number>();
  for (const daemon of seen) {
    const { uid, home } = daemon;
    const key = `${uid} ${home}`;
    if (daemons.has(key)) continue;
    const count = ofUser.get(uid) ?? 0;
    if (count >= MAX_OF_USER || daemons.size >= MAX_DAEMONS) continue;
    ofUser.set(uid, count + 1);
    daemons.set(key, daemon);
  }
  return [...daemons.values()];
}

const byAge = (seen: readonly Seen[]): Seen[] => [...seen].sort((a, b) => a.pid - b.pid);

/** Start and rights of a process, so that another one with its number is not taken for it; empty if it is gone. */
async function runOf(proc: string, pid: number): Promise<string> {
  const stat = await readFile(`${proc}/${pid}/stat`, "utf8").catch(() => "");
  const start = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  return start === undefined ? "" : `${start} ${JSON.stringify(await ownerOf(proc, pid))}`;
}

const pidsIn = async (proc: string): Promise<number[]> =>
  (await readdir(proc)).filter((name) => /^\d+$/.test(name)).map(Number);

async function byTitle(proc: string): Promise<Seen[]> {
  const seen: Seen[] = [];
  for (const pid of await pidsIn(proc)) {
    const title = TITLE.exec((await firstBytes(`${proc}/${pid}/cmdline`)).replace(/\0+$/, ""));
    const home = title?.[2];
    if (!title || home === undefined || !isHome(home)) continue;
    const owner = await ownerOf(proc, pid);
    if (owner) seen.push({ ...owner, pid, home, version: title[1] ?? null });
  }
  return seen;
}

const isHome = (home: string): boolean =>
  isAbsolute(home) && normalize(home) === home && home.length > 1 && home.length <= MAX_HOME && !home.includes("\0");

/** Folders with a listening `rpc.sock`, by the number of the socket. */
async function socketHomes(proc: string): Promise<Map<string, string>> {
  const table = await readFile(`${proc}/net/unix`, "utf8").catch(() => "");
  const homes = new Map<string, string>();
  for (const line of table.split("\n")) {
    const [, , , flags, , , inode = "", ...path] = line.split(" ").filter((part, index) => index < 1 || part !== "");
    const socket = path.join(" ");
    // The flag of a socket that listens.
    if (flags !== "00010000" || basename(socket) !== "rpc.sock" || !isHome(dirname(socket))) continue;
    if (homes.size < MAX_SOCKETS) homes.set(inode, dirname(socket));
  }
  return homes;
}

/** Owners of the sockets in folders that no title names. */
async function bySocket(
  proc: string,
  sockets: ReadonlyMap<string, string>,
  titled: ReadonlySet<string>,
): Promise<Seen[]> {
  const homes = new Map([...sockets].filter(([, home]) => !titled.has(home)));
  if (homes.size === 0) return [];
  const seen: Seen[] = [];
  for (const pid of await pidsIn(proc)) {
    for (const file of (await readdir(`${proc}/${pid}/fd`).catch(() => [])).slice(0, 64)) {
      const target = await readlink(`${proc}/${pid}/fd/${file}`).catch(() => "");
      const home = homes.get(/^socket:\[(\d+)\]$/.exec(target)?.[1] ?? "");
      const owner = home === undefined ? undefined : await ownerOf(proc, pid);
      if (home !== undefined && owner) seen.push({ ...owner, pid, home, version: null });
    }
  }
  return seen;
}

/**
 * Returns the rights of a process on this host; undefined for one in a container, and for one with several uids: a set-id program
 * has the title that its caller chose. Not the owner of its folder in `/proc`, which can be root for a process of any user.
 */
async function ownerOf(proc: string, pid: number): Promise<Owner | undefined> {
  const [status, own, other] = await Promise.all([
    readFile(`${proc}/${pid}/status`, "utf8").catch(() => ""),
    readlink(`${proc}/self/ns/pid`).catch(() => "own"),
    readlink(`${proc}/${pid}/ns/pid`).catch(() => "gone"),
  ]);
  if (own !== other) return undefined;
  const words = (name: string) =>
    new RegExp(`^${name}:[ \\t]*(.*)$`, "m").exec(status)?.[1]?.split(/\s+/).filter(Boolean) ?? [];
  const [uid, ...others] = new Set(words("Uid").map(Number));
  if (uid === undefined || others.length > 0) return undefined;
  const gids = [...new Set([...words("Gid"), ...words("Groups")].map(Number))];
  const capabilities = ["CapPrm", "CapEff", "CapAmb"].map((name) => BigInt(`0x${words(name)[0] ?? "f"}`));
  return { uid, gids, hasCapabilities: capabilities.some((bits) => (bits & ~HARMLESS) !== 0n) };
}

/** CAP_NET_BIND_SERVICE, CAP_NET_BROADCAST, CAP_NET_RAW. */
const HARMLESS = (1n << 10n) | (1n << 11n) | (1n << 13n);

async function firstBytes(path: string): Promise<string> {
  // A process can end between any two steps.
  const file = await open(path).catch(() => undefined);
  if (!file) return "";
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(MAX_TITLE), 0, MAX_TITLE, 0);
    return buffer.toString("utf8", 0, bytesRead);
  } catch {
    return "";
  } finally {
    await file.close();
  }
}
