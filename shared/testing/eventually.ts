import { setTimeout as delay } from "node:timers/promises";

/** A look that never comes true has to end; one on a machine that is busy with something else has to come true. */
export const HANG_MS = 60_000;

/**
 * Looks again and again until `look` neither throws nor gives `false`, and resolves with what it gave.
 * After a minute, or `limitMs` when that is more, it throws what went wrong last. For conditions that announce themselves by
 * no event. How long something takes is not for a test to say: what else the machine does would be measured too.
 */
export const eventually = <T>(look: () => T | Promise<T>, limitMs = HANG_MS, everyMs = 20) =>
  lookWithin(look, Math.max(limitMs, HANG_MS), everyMs);

/** {@link eventually} with exactly this limit. */
export async function lookWithin<T>(
  look: () => T | Promise<T>,
  limitMs: number,
  everyMs: number,
): Promise<Exclude<Awaited<T>, false>> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    let reason: unknown;
    try {
      const seen = await look();
      if (seen !== false) return seen as Exclude<Awaited<T>, false>;
      reason = new Error(`not so within ${limitMs} ms`);
    } catch (error) {
      reason = error;
    }
    if (performance.now() >= deadline) throw reason;
    await delay(everyMs);
  }
}
