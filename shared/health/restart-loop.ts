import type { RunEvent } from "../logs/container-runs.ts";

/** Restarts within the window from which a container counts as one that restarts in a loop. */
export const LOOP_RESTARTS = 3;

export interface RecentRestarts {
  count: number;
  /** Of the newest run that ended; null when unknown. */
  exitCode: number | null;
}

/**
 * Counts the restarts of a container by its policy. A restart on request resets the Engine's own count, which is
 * therefore the upper bound: a container that somebody restarts five times is in no loop.
 *
 * @param events Ends and starts, oldest first.
 * @param restartCount The Engine's count since the last start on request.
 * @param since Milliseconds since the epoch.
 */
export function restartsSince(
  events: readonly RunEvent[],
  restartCount: number | null,
  since: number,
): RecentRestarts | null {
  let starts = 0;
  let exitCode: number | null = null;
  let hasEnded = false;
  for (const { kind, time, exitCode: code } of events) {
    if (kind === "die") {
      exitCode = code ?? null;
      hasEnded = true;
    } else {
      if (hasEnded && Date.parse(time) >= since) starts++;
      hasEnded = false;
    }
  }
  const count = Math.min(starts, restartCount ?? 0);
  return count === 0 ? null : { count, exitCode };
}
