import { readdir, readFile, readlink } from "node:fs/promises";
import type { ListeningPort } from "../protocol/deployment-details.ts";

/** Processes of one app, children included, and open files of each. Beyond this the answer would be incomplete. */
const MAX_PROCESSES = 200;
const MAX_FILES = 10_000;
/** State of a listening socket in `/proc/net/tcp`. */
const LISTEN = "0A";

/**
 * Returns the TCP ports that these processes and their children listen on, by port and address.
 *
 * @returns Null if it is unknown: without Linux's `/proc`, for processes of other users, and for more than 200 processes.
 */
export async function listeningPorts(pids: readonly number[], proc = "/proc"): Promise<ListeningPort[] | null> {
  if (pids.length === 0) return [];
  const family = await withChildren(pids, proc);
  if (family === null) return null;
  const found = new Map<string, ListeningPort>();
  for (const pid of family) {
    const inodes = await socketsOf(pid, proc);
    if (inodes === null) return null;
    // Each process is asked for the sockets of its own network namespace.
    for (const { inode, ...port } of inodes.size === 0 ? [] : await listenersOf(pid, proc)) {
      if (inodes.has(inode)) found.set(`${port.port} ${port.address}`, port);
    }
  }
  return sorted(found.values());
}

/**
 * Returns the TCP ports that one process itself listens on, without its children.
 *
 * @returns Null if it is unknown.
 */
export async function ownListeningPorts(pid: number, proc = "/proc"): Promise<ListeningPort[] | null> {
  if (!(pid > 1)) return null;
  const inodes = await socketsOf(pid, proc);
  if (inodes === null || (await readFile(`${proc}/${pid}/stat`, "utf8").catch(() => "")) === "") return null;
  const found = inodes.size === 0 ? [] : await listenersOf(pid, proc);
  return sorted(found.filter(({ inode }) => inodes.has(inode)).map(({ inode: _, ...port }) => port));
}

const sorted = (ports: Iterable<ListeningPort>): ListeningPort[] =>
  [...ports].sort((a, b) => a.port - b.port || a.address.localeCompare(b.address));

async function withChildren(pids: readonly number[], proc: string): Promise<number[] | null> {
  const names = await readdir(proc).catch(() => []);
  const children = new Map<number, number[]>();
  for (const name of names) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await readFile(`${proc}/${name}/stat`, "utf8").catch(() => "");
    const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
    if (parent > 0) children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  // Nothing is listed, not even this process: there is no `/proc`.
  if (children.size === 0) return null;
  const family = [...new Set(pids)];
  for (const pid of family) family.push(...(children.get(pid) ?? []));
  return family.length > MAX_PROCESSES ? null : family;
}

/** Inodes of the sockets of a process; none if it has ended, null if they are hidden. */
async function socketsOf(pid: number, proc: string): Promise<Set<string> | null> {
  const files = await readdir(`${proc}/${pid}/fd`).catch((error: NodeJS.ErrnoException) =>
    error.code === "ENOENT" || error.code === "ESRCH" ? [] : null,
  );
  if (files === null || files.length > MAX_FILES) return null;
  const inodes = new Set<string>();
  for (const file of files) {
    const target = await readlink(`${proc}/${pid}/fd/${file}`).catch(() => "");
    const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
    if (inode) inodes.add(inode);
  }
  return inodes;
}

async function listenersOf(pid: number, proc: string): Promise<(ListeningPort & { inode: string })[]> {
  const tables = await Promise.all(
    ["tcp", "tcp6"].map((name) => readFile(`${proc}/${pid}/net/${name}`, "utf8").catch(() => "")),
  );
  return tables.flatMap((table) =>
    table.split("\n").flatMap((line) => {
      const [, local = "", , state, , , , , , inode = ""] = line.trim().split(/\s+/);
      const [address = "", port = ""] = local.split(":");
      if (state !== LISTEN) return [];
      return [{ inode, port: Number.parseInt(port, 16), address: toAddress(address) }];
    }),
  );
}

/** Address of `/proc/net/tcp`: hexadecimal words of 32 bits in the order of the host, which is little-endian here. */
function toAddress(hex: string): string {
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) => (word.match(/../g) ?? []).reverse());
  if (bytes.length === 4) return bytes.map((byte) => Number.parseInt(byte, 16)).join(".");
  if (bytes.every((byte) => byte === "00")) return "::";
  if (bytes.slice(0, 15).every((byte) => byte === "00") && bytes[15] === "01") return "::1";
  const groups = Array.from({ length: 8 }, (_, index) => `${bytes[index * 2]}${bytes[index * 2 + 1]}`);
  return groups.map((group) => group.replace(/^0{1,3}/, "").toLowerCase()).join(":");
}
