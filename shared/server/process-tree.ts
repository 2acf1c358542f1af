import { readdirSync, readFileSync } from "node:fs";
import process from "node:process";

/** A process of Linux's `/proc`. Its pid alone may mean another process later: `started` tells them apart. */
export interface ProcessEntry {
  pid: number;
  parent: number;
  group: number;
  session: number;
  /** Clock ticks from boot to its start. */
  started: number;
}

/** What belongs to a started program. */
export interface ProcessTreeOptions {
  /** Pid of the program that was started, which may have ended. */
  root: number;
  /** Variable and value that mark everything the program starts, `NAME=value`. */
  mark: string;
  /** Clock ticks from boot to the start of the root: what started before does not belong to it. */
  since?: number | undefined;
  /** Processes that belonged to it earlier. */
  known?: readonly ProcessEntry[];
}

/** Entries that are read before other work has a turn. */
const BATCH = 200;

/** Reads one process; undefined when it has ended, is only a zombie, or without `/proc`. */
export function readProcess(pid: number): ProcessEntry | undefined {
  try {
    // The second field is a name in brackets that may hold anything.
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (fields[0] === "Z" || fields[0] === "X") return undefined;
    const [parent = 0, group = 0, session = 0] = fields.slice(1, 4).map(Number);
    return { pid, parent, group, session, started: Number(fields[19]) };
  } catch {
    return undefined;
  }
}

/**
 * Finds the processes of a program: its descendants, its process group and session, and those that left all of them but
 * still have the mark in the environment they were started with. A process that also removed the mark is found only while
 * its parents live.
 *
 * @returns without the root; empty on systems without `/proc`
 */
export async function findTree(options: ProcessTreeOptions): Promise<ProcessEntry[]> {
  const all: ProcessEntry[] = [];
  const pids = listPids();
  for (let at = 0; at < pids.length; at += BATCH) {
    if (at > 0) await new Promise(setImmediate);
    for (const pid of pids.slice(at, at + BATCH)) {
      const entry = readProcess(pid);
      if (entry) all.push(entry);
    }
  }
  return treeIn(all, options);
}

/** {@link findTree} in one turn, for the start of a server. */
export function findTreeNow(options: ProcessTreeOptions): ProcessEntry[] {
  return treeIn(
    listPids().flatMap((pid) => readProcess(pid) ?? []),
    options,
  );
}

function treeIn(all: readonly ProcessEntry[], { root, mark, since, known = [] }: ProcessTreeOptions): ProcessEntry[] {
  const first = since ?? all.find(({ pid }) => pid === root)?.started ?? 0;
  const before = new Map(known.map((entry) => [entry.pid, entry.started]));
  const members = new Set([root]);
  const isMember = ({ pid, parent, group, session, started }: ProcessEntry) =>
    members.has(parent) || group === root || session === root || before.get(pid) === started || isMarked(pid, mark);
  // Only what started after the root can belong to it; this also keeps most environments unread.
  const rest = all.filter(({ pid, started }) => pid !== root && pid !== process.pid && started >= first);
  rest.sort((a, b) => a.started - b.started);
  const found: ProcessEntry[] = [];
  for (const entry of rest) {
    if (!isMember(entry)) continue;
    members.add(entry.pid);
    found.push(entry);
  }
  return found;
}

/** Signals a process if it is still the one that was found. */
export function signalEntry({ pid, started }: ProcessEntry, signal: NodeJS.Signals): void {
  if (readProcess(pid)?.started !== started) return;
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended, or belongs to another user.
  }
}

/** Memory of a process in bytes: its share of what it shares with others (PSS), or what is resident; 0 when it has ended. */
export function memoryOf(pid: number): number {
  return (
    kilobytes(`/proc/${pid}/smaps_rollup`, /^Pss:\s+(\d+) kB$/m) ??
    kilobytes(`/proc/${pid}/status`, /^VmRSS:\s+(\d+) kB$/m) ??
    0
  );
}

function kilobytes(path: string, field: RegExp): number | undefined {
  try {
    const size = field.exec(readFileSync(path, "utf8"))?.[1];
    return size === undefined ? undefined : Number(size) * 1024;
  } catch {
    return undefined;
  }
}

function isMarked(pid: number, mark: string): boolean {
  try {
    return `\0${readFileSync(`/proc/${pid}/environ`, "latin1")}`.includes(`\0${mark}\0`);
  } catch {
    return false; // of another user, or ended
  }
}

function listPids(): number[] {
  try {
    return readdirSync("/proc").flatMap((name) => (/^\d+$/.test(name) ? Number(name) : []));
  } catch {
    return [];
  }
}
