import { readFileSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { signalGroup } from "../../../shared/server/process-group.ts";

/** Remembers which processes are ours beyond our own end, which may come without warning. */
export interface ProcessRegister {
  add(pid: number): void;
  remove(pid: number): void;
  /** Ends what an earlier run left behind; returns how many groups that were. */
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

/** A disk that is full must not keep a server from starting or ending. */
function quietly(write: () => unknown): void {
  try {
    write();
  } catch {
    // One orphan more or less to look for at the next start.
  }
}

/** Boot and clock tick of a process's start; undefined when it is gone, or where the system does not tell. */
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
