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
  /** Waits longer with each call in a row, with jitter, so that many sources do not reconnect at the same time. */
  wait(signal: AbortSignal): Promise<void>;
  reset(): void;
}

/** Creates a growing delay before a source is reopened: 100 ms doubling to 2 s, so that it is back within 5 s of its daemon. */
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
