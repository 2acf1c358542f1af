import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { promisify } from "node:util";

const run = promisify(execFile);

/** CPU seconds a process has used, all its threads, to the nanosecond. Linux. */
export function cpuSeconds(pid: number): number {
  let nanoseconds = 0;
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    try {
      nanoseconds += Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, "utf8").split(" ", 1)[0]);
    } catch {
      // The thread has ended meanwhile.
    }
  }
  return nanoseconds / 1e9;
}

/** Resident bytes of a process. */
export function residentBytes(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(kilobytes) * 1024;
}

/**
 * Minor page faults of children that ended and were waited for: it grows with every child process, since none can
 * run without a fault. A count of zero is a count of no children.
 */
export function childFaults(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /s, "")
    .split(" ");
  return Number(fields[8]);
}

/** The core servers run on, and the one the load runs on. */
export const SERVER_CORE = 0;
export const LOAD_CORE = 1;

/** Binds a process with all its threads to a core, where `taskset` and a second core exist; tells whether it did. */
export async function pin(pid: number, core: number): Promise<boolean> {
  if (availableParallelism() < 2) return false;
  return run("taskset", ["-acp", String(core), String(pid)]).then(
    () => true,
    () => false,
  );
}
