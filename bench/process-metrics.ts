import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Returns the CPU time of a process with all its threads, in seconds with nanosecond precision. Linux only. */
export function cpuSeconds(pid: number): number {
  let nanoseconds = 0;
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    try {
      nanoseconds += Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, "utf8").split(" ", 1)[0]);
    } catch {
      // The thread has ended.
    }
  }
  return nanoseconds / 1e9;
}

/** Returns the resident memory of a process, in bytes. */
export function residentBytes(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(kilobytes) * 1024;
}

/** Memory of a process, with its part of what it shares with others (PSS), in bytes. Linux. */
export function proportionalBytes(pid: number): number {
  const kilobytes = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1];
  return Number(kilobytes) * 1024;
}

/**
 * Returns the minor page faults of ended child processes. No process runs without a page fault, so zero means that there were
 * no child processes.
 */
export function childFaults(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /s, "")
    .split(" ");
  return Number(fields[8]);
}

/** The core of the servers, and the core of the load generator. */
export const SERVER_CORE = 0;
export const LOAD_CORE = 1;

/** Binds a process with all its threads to a core, if there are `taskset` and a second core; returns whether it did. */
export async function pin(pid: number, core: number): Promise<boolean> {
  if (availableParallelism() < 2) return false;
  return run("taskset", ["-acp", String(core), String(pid)]).then(
    () => true,
    () => false,
  );
}
