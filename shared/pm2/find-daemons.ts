import { constants, type Stats } from "node:fs";
import { lstat, open, readdir, readFile } from "node:fs/promises";
import { connect } from "node:net";
import { isAbsolute, resolve } from "node:path";
import process from "node:process";

/** A PM2 daemon of this host, as its process and its sockets show it. */
export interface FoundDaemon {
  uid: number;
  /** Its PM2_HOME. */
  home: string;
  /** Null if the host hides its process. */
  pid: number | null;
  /** Version of PM2; null if unknown. */
  version: string | null;
  /** Further daemons of the user in the same folder: only the newest has the sockets. */
  duplicates: number;
}

/** Daemons that are found, of one user and in all: any user can give a process such a title. */
const MAX_OF_USER = 8;
const MAX_DAEMONS = 200;
/** Processes whose titles are read; a host has a few hundred. */
const MAX_PROCESSES = 50_000;
/** What is read of a title: PM2_HOME is at most as long as the path of a socket. */
const MAX_TITLE = 1_024;
/** Titles are read again after this time even if no socket came or went. */
const RESCAN_MS = 30_000;
/** Longest wait for a socket to accept a connection, in milliseconds. */
const CONNECT_MS = 500;
const TITLE = /^PM2 v([^\s:]+)[:\s]+God Daemon \((\/[^\n]*)$/;

/**
 * Creates a function that finds the PM2 daemons of this host in Linux's `/proc`, by the titles of their processes: those of
 * every user, but none inside a container; those whose process is hidden by their sockets. It reads one file unless a PM2
 * socket came or went, or 30 s have passed. Finds nothing without `/proc`.
 */
export function createDaemonFinder(proc = "/proc"): () => Promise<FoundDaemon[]> {
  let found: FoundDaemon[] = [];
  let seen: string | undefined;
  let scannedAt = Number.NEGATIVE_INFINITY;
  return async () => {
    const homes = await socketFolders(proc);
    const now = homes?.join("\n");
    if (now === undefined || now !== seen || performance.now() - scannedAt > RESCAN_MS) {
      // What starts during the scan is found by the next one.
      seen = now;
      scannedAt = performance.now();
      found = await scan(proc, homes ?? []);
    }
    return found;
  };
}

/** Folders with a listening `rpc.sock`, as they were named by the listener, with the number of the socket: it tells a restart. */
async function socketFolders(proc: string): Promise<string[] | undefined> {
  const table = await readFile(`${proc}/net/unix`, "utf8").catch(() => undefined);
  return table
    ?.split("\n")
    .flatMap((line) => {
      const socket = /^\S+ \S+ \S+ (\S+) \S+ \S+\s+(\d+) (\/.*)\/rpc\.sock$/.exec(line);
      const isListening = socket && (Number.parseInt(socket[1] ?? "", 16) & 0x10000) !== 0;
      return isListening ? [`${socket[3]} ${socket[2]}`] : [];
    })
    .sort();
}

async function scan(proc: string, sockets: readonly string[]): Promise<FoundDaemon[]> {
  const names = (await readdir(proc).catch(() => []))
    .filter((name) => /^\d+$/.test(name))
    .sort((a, b) => Number(a) - Number(b))
    .slice(0, MAX_PROCESSES);
  const homes = sockets.map((socket) => socket.slice(0, socket.lastIndexOf(" ")));
  const found = new Map<string, FoundDaemon>();
  const counts = new Map<number, number>();
  const put = (daemon: FoundDaemon, key: string) => {
    const count = counts.get(daemon.uid) ?? 0;
    if (!found.has(key) && (count >= MAX_OF_USER || found.size >= MAX_DAEMONS)) return;
    if (!found.has(key)) counts.set(daemon.uid, count + 1);
    found.set(key, daemon);
  };
  for (const name of names) {
    // A process can end between any two steps.
    const title = await readFile(`${proc}/${name}/cmdline`, "utf8").catch(() => "");
    if (!title.startsWith("PM2 v")) continue;
    const match = TITLE.exec(title.slice(0, MAX_TITLE).replaceAll("\0", " ").trimEnd());
    const home = match?.[2] && homeOf(match[2], homes);
    if (!match || !home) continue;
    const uid = await ownerOf(proc, name);
    if (uid === undefined) continue;
    const key = `${uid} ${resolve(home)}`;
    const other = found.get(key);
    const duplicates = other ? other.duplicates + 1 : 0;
    const newest =
      other?.pid && (await startOf(proc, other.pid)) > (await startOf(proc, Number(name))) ? other : undefined;
    const daemon = { uid, home: resolve(home), pid: Number(name), version: match[1] ?? null };
    put({ ...(newest ?? daemon), duplicates }, key);
  }
  const titled = await Promise.all([...found.values()].map(({ home }) => socketId(home)));
  const seen = new Set(titled.filter((id) => id !== undefined));
  for (const home of new Set(homes)) {
    const id = await socketId(home);
    // The name of a socket can contain lines like those of the table: they may name a daemon once more, or one that has ended.
    if (id === undefined || seen.has(id) || (await hasEnded(home))) continue;
    const [rpc, pub] = await socketsIn(home);
    if (!rpc || pub?.uid !== rpc.uid) continue;
    seen.add(id);
    put({ uid: rpc.uid, home: resolve(home), pid: null, version: null, duplicates: 0 }, home);
  }
  return [...found.values()].sort((a, b) => a.uid - b.uid || a.home.localeCompare(b.home));
}

/** Both sockets of a daemon, as they are found without following links. */
const socketsIn = (home: string): Promise<(Stats | undefined)[]> =>
  Promise.all(
    ["rpc", "pub"].map((name) =>
      lstat(`${home}/${name}.sock`).then(
        (found) => (found.isSocket() ? found : undefined),
        () => undefined,
      ),
    ),
  );

/** Identifies the socket of a daemon, by whichever path its folder is named. */
async function socketId(home: string): Promise<string | undefined> {
  const [rpc] = await socketsIn(home);
  return rpc && `${rpc.dev}:${rpc.ino}`;
}

/**
 * Whether the daemon of a folder has ended: its own file names no process of this host, and nothing accepts a connection. In a
 * container its file has a number of the host. False if it is unknown.
 */
const hasEnded = async (home: string): Promise<boolean> => (await namesNoProcess(home)) && !(await accepts(home));

const accepts = (home: string): Promise<boolean> =>
  new Promise((done) => {
    const socket = connect(`${home}/rpc.sock`);
    const end = (accepted: boolean) => {
      socket.destroy();
      done(accepted);
    };
    socket.once("connect", () => end(true)).once("error", () => end(false));
    // With many waiting connections it is neither accepted nor refused.
    socket.setTimeout(CONNECT_MS, () => end(true));
  });

async function namesNoProcess(home: string): Promise<boolean> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = await open(`${home}/pm2.pid`, flags).catch(() => undefined);
  try {
    const { bytesRead, buffer } = (await file?.read(Buffer.alloc(16), 0, 16, 0)) ?? { bytesRead: 0, buffer: undefined };
    const pid = Number(buffer?.toString("latin1", 0, bytesRead).trim() || Number.NaN);
    return Number.isSafeInteger(pid) && pid > 1 && !exists(pid);
  } catch {
    return false;
  } finally {
    await file?.close();
  }
}

/** Whether there is a process with this number, even if the host hides it. */
function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

/**
 * PM2_HOME in a title. The kernel cuts a title at the length of the first command line: the rest is that of the only socket
 * which begins so.
 */
function homeOf(text: string, homes: readonly string[]): string | undefined {
  if (text.endsWith(")")) return isAbsolute(text) ? text.slice(0, -1) : undefined;
  const [only, ...more] = new Set(homes.filter((home) => home.startsWith(text)));
  return more.length === 0 ? only : undefined;
}

/** When a process was started, in ticks since the boot; 0 if it is gone. */
async function startOf(proc: string, pid: number): Promise<number> {
  const text = await readFile(`${proc}/${pid}/stat`, "utf8").catch(() => "");
  return Number(text.slice(text.lastIndexOf(")") + 2).split(" ")[19] ?? 0);
}

/**
 * Returns the uid of a process. Undefined for one with a number in a PID namespace of its own: its PM2_HOME is a folder of a
 * container; and for one with several uids: a set-id program has the title that its caller chose. Not the owner of its folder
 * in `/proc`, which is root for a process of any user that may not be traced.
 */
async function ownerOf(proc: string, name: string): Promise<number | undefined> {
  const status = await readFile(`${proc}/${name}/status`, "utf8").catch(() => "");
  const numbers = (field: string) =>
    new RegExp(`^${field}:[ \\t]*(.*)$`, "m").exec(status)?.[1]?.trim().split(/\s+/).map(Number) ?? [];
  if (numbers("NSpid").length > 1) return undefined;
  const [uid, ...others] = new Set(numbers("Uid"));
  return others.length === 0 ? uid : undefined;
}
