import { setTimeout as delay } from "node:timers/promises";

/**
 * Looks again and again until `look` neither throws nor gives `false`, and resolves with what it gave.
 * After `limitMs` it throws what went wrong last. For conditions that announce themselves by no event.
 */
export async function eventually<T>(
  look: () => T | Promise<T>,
  limitMs = 10_000,
  everyMs = 20,
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
