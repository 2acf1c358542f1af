import { setTimeout as delay } from "node:timers/promises";

/** Long enough for a busy machine; a condition that never holds still ends the test. */
export const HANG_MS = 300_000;

/** Most checks ask a server: those of a long wait come a tenth of the wait apart, and leave the processor to what it waits for. */
const MAX_PAUSE_MS = 250;

/**
 * Calls `check` every `everyMs`, later less often, until it neither throws nor returns `false`, and resolves with its result.
 * Throws the last error after {@link HANG_MS}. For conditions without an event. Not for durations, which depend on the load
 * of the machine.
 */
export const eventually = <T>(check: () => T | Promise<T>, everyMs = 20) => checkWithin(check, HANG_MS, everyMs);

/** {@link eventually} with exactly this limit. */
export async function checkWithin<T>(
  check: () => T | Promise<T>,
  limitMs: number,
  everyMs: number,
): Promise<Exclude<Awaited<T>, false>> {
  const start = performance.now();
  for (;;) {
    let reason: unknown;
    try {
      const seen = await check();
      if (seen !== false) return seen as Exclude<Awaited<T>, false>;
      reason = new Error(`the condition did not hold within ${limitMs} ms`);
    } catch (error) {
      reason = error;
    }
    if (performance.now() - start >= limitMs) throw reason;
    await delay(Math.max(everyMs, Math.min((performance.now() - start) / 10, MAX_PAUSE_MS)));
  }
}
