import { readFileSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { signalGroup } from "../../../shared/server/process-group.ts";
import { findTreeNow, readProcess, signalEntry } from "../../../shared/server/process-tree.ts";

/** Variable in the environment of every process of a local server: whatever it starts inherits it. */
export const RUN_VARIABLE = "AI_DESKTOP_MCP_RUN";

/** Stores the processes of this server, so that the next run can stop them after a crash. */
export interface ProcessRegister {
  /** @param run value of `RUN_VARIABLE` in its environment */
  add(pid: number, run?: string): void;
  remove(pid: number): void;
  /** Kills what an earlier run left behind, processes that left their group included. Returns the number of servers. */
  endOrphans(): number;
}

export function createProcessRegister(database: DatabaseSync): ProcessRegister {
  const insert = database.prepare("INSERT OR REPLACE INTO mcp_process (pid, started, run) VALUES (?, ?, ?)");
  const erase = database.prepare("DELETE FROM mcp_process WHERE pid = ?");
  const all = database.prepare("SELECT pid, started, run FROM mcp_process");
  return {
    add(pid, run) {
      const started = startOf(pid);
      if (started !== undefined) quietly(() => insert.run(pid, started, run ?? null));
    },
    remove: (pid) => quietly(() => erase.run(pid)),
    endOrphans() {
      let ended = 0;
      for (const { pid, started, run } of all.all()) {
        const root = Number(pid);
        const isAlive = startOf(root) === started;
        // Without its first process only the mark tells what belongs to it: the number may be another group by now.
        const rest = run === null ? [] : findTreeNow({ root: isAlive ? root : -1, mark: `${RUN_VARIABLE}=${run}` });
        if (isAlive) signalGroup(root, "SIGKILL");
        for (const entry of rest) signalEntry(entry, "SIGKILL");
        if (isAlive || rest.length > 0) ended++;
        erase.run(root);
      }
      return ended;
    },
  };
}

/** A failed write (full disk) must not prevent a server from starting or stopping. */
function quietly(write: () => unknown): void {
  try {
    write();
  } catch {
    // At most one orphan stays unnoticed.
  }
}

/** Boot id and start time of a process; undefined when it has ended, or on systems without `/proc`. */
function startOf(pid: number): string | undefined {
  const entry = readProcess(pid);
  if (!entry) return undefined;
  try {
    return `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()} ${entry.started}`;
  } catch {
    return undefined;
  }
}
