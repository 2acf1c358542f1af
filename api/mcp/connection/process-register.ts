import { readFileSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { signalGroup } from "../../../shared/server/process-group.ts";

/** Stores the processes of this server, so that the next run can stop them after a crash. */
export interface ProcessRegister {
  add(pid: number): void;
  remove(pid: number): void;
  /** Kills the process groups that an earlier run left behind. Returns their number. */
  endOrphans(): number;
}

export function createProcessRegister(database: DatabaseSync): ProcessRegister {
  const insert = database.prepare("INSERT OR REPLACE INTO mcp_process (pid, started) VALUES (?, ?)");
  const erase = database.prepare("DELETE FROM mcp_process WHERE pid = ?");
  const all = database.prepare("SELECT pid, started FROM mcp_process");
  return {
    add(pid) {
      const started = startOf(pid);
      if (started !== undefined) quietly(() => insert.run(pid, started));
    },
    remove: (pid) => quietly(() => erase.run(pid)),
    endOrphans() {
      let ended = 0;
      for (const { pid, started } of all.all()) {
        if (startOf(Number(pid)) === started) {
          signalGroup(Number(pid), "SIGKILL");
          ended++;
        }
        erase.run(Number(pid));
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
  try {
    // The second field is a name in brackets that may hold anything; the start is the 22nd.
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()} ${fields[19]}`;
  } catch {
    return undefined;
  }
}
