import {
  findTree,
  memoryOf,
  type ProcessEntry,
  readProcess,
  signalEntry,
} from "../../../shared/server/process-tree.ts";

/** Rounds in which the rest of a tree is killed: a process may fork while it is looked for. */
const MAX_ROUNDS = 20;
const ROUND_MS = 25;
/** Processes of one server whose memory is read. */
const MAX_MEASURED = 500;

export interface TreeUsage {
  pid: number;
  /** ISO 8601. */
  startedAt: string;
  /** Of all its processes together. Null: unknown, on systems without `/proc`. */
  memoryBytes: number | null;
  /** The number of its processes, or 1 where it is unknown. */
  processes: number;
}

/** A local server's process and everything it started. */
export interface OwnedTree {
  readonly pid: number;
  /** ISO 8601. */
  readonly startedAt: string;
  /** Looks for what it started. */
  find(): Promise<void>;
  /** Signals what was found, except the first process. */
  signalOthers(signal: NodeJS.Signals): void;
  usage(): Promise<TreeUsage>;
  /** Kills what is left, until nothing is found. */
  kill(): Promise<void>;
}

/** @param mark variable and value in the environment of everything it starts, `NAME=value` */
export function createOwnedTree(pid: number, mark: string): OwnedTree {
  const startedAt = new Date().toISOString();
  const root = readProcess(pid);
  /** Found earlier: one that leaves the tree and drops the mark is still known. */
  let known: ProcessEntry[] = [];
  const find = async () => {
    if (root) known = await findTree({ root: pid, mark, since: root.started, known });
  };
  return {
    pid,
    startedAt,
    find,
    signalOthers(signal) {
      for (const entry of known) signalEntry(entry, signal);
    },
    async usage() {
      await find();
      if (!root) return { pid, startedAt, memoryBytes: null, processes: 1 };
      const all = [pid, ...known.map((entry) => entry.pid)];
      const memoryBytes = all.slice(0, MAX_MEASURED).reduce((sum, one) => sum + memoryOf(one), 0);
      return { pid, startedAt, memoryBytes, processes: all.length };
    },
    async kill() {
      // A child between its fork and its own program shows no environment for a moment: one look is not enough.
      for (let round = 0, empty = 0; round < MAX_ROUNDS && empty < 2; round++) {
        await find();
        empty = known.length === 0 ? empty + 1 : 0;
        for (const entry of known) signalEntry(entry, "SIGKILL");
        await new Promise((resolve) => setTimeout(resolve, ROUND_MS));
      }
    },
  };
}
