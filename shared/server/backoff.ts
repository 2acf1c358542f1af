/** Waits `ms` or until aborted; never rejects. */
export function delay(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done, { once: true });
  });
}

export interface Backoff {
  /** Waits longer each time it is called in a row, with jitter so that many sources do not return at once. */
  wait(signal: AbortSignal): Promise<void>;
  reset(): void;
}

/** Growing delay before a broken source is opened again: 100 ms doubling to 2 s, so that it is back within 5 s of its daemon. */
export function createBackoff(firstMs = 100, maxMs = 2_000): Backoff {
  let next = firstMs;
  return {
    wait(signal) {
      const ms = next * (0.75 + Math.random() / 4);
      next = Math.min(maxMs, next * 2);
      return delay(ms, signal);
    },
    reset() {
      next = firstMs;
    },
  };
}
