import { readFile } from "node:fs/promises";
import { withTimeout } from "../server/async/with-timeout.ts";
import { UnavailableError } from "../server/dependency.ts";
import { HangingDaemonError } from "./daemon-calls.ts";
import type { DaemonHost, ProcessHost, ProcessReading } from "./process-host.ts";

/** How long a reading waits for a daemon, and for one that did not respond in time before. */
export const READ_MS = 2_500;
/** The same through the root helper, which can have to start the process of the user first. */
export const READ_BRIDGED_MS = 10_000;
const READ_SLOW_MS = 100;

/** Readings of several daemons, of which one that hangs delays the others once at most. */
export interface Readings {
  /**
   * Reads the list of a daemon.
   *
   * @param options.isHanging Whether it is known that it does not respond
   * @param options.limitMs Longest wait for a daemon that responded in time before
   * @throws UnavailableError also if it does not respond in time
   */
  read(host: DaemonHost, options?: { isHanging?: boolean; limitMs?: number }): Promise<ProcessReading>;
  /**
   * Waits for something else that a daemon is asked for: at most `limitMs`, briefly for one whose list is late.
   *
   * @throws UnavailableError
   */
  within<T>(host: ProcessHost, work: Promise<T>, limitMs?: number): Promise<T>;
}

export function createReadings(): Readings {
  /** Daemons that did not answer the last reading, or have not yet. */
  const slow = new WeakSet<ProcessHost>();
  const late = (): never => {
    throw new UnavailableError("down", "This PM2 daemon does not answer.");
  };
  return {
    read(host, { isHanging = false, limitMs = READ_MS } = {}) {
      const reading = host.read();
      if (isHanging) slow.add(host);
      reading.then(
        () => slow.delete(host),
        (error: unknown) => {
          if (error instanceof HangingDaemonError) slow.add(host);
          else slow.delete(host);
        },
      );
      return withTimeout(reading, slow.has(host) ? READ_SLOW_MS : limitMs, () => {
        slow.add(host);
        return late();
      });
    },
    within(host, work, limitMs) {
      const limit = slow.has(host) ? READ_SLOW_MS : limitMs;
      return limit === undefined ? work : withTimeout(work, limit, late);
    },
  };
}

/** Whether a process is stopped by a signal or a debugger; false if that is unknown. */
export async function isSuspended(pid: number | null): Promise<boolean> {
  if (pid === null || !(pid > 1)) return false;
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  // The name of the program, in parentheses, can contain anything.
  return /^[Tt]$/.test(stat.charAt(stat.lastIndexOf(")") + 2));
}
