/** Restarts of a local server within the window; then a person has to look. */
const MAX_RESTARTS = 5;
const WINDOW_MS = 10 * 60_000;
/** A server that ran this long has recovered: the next restart waits the first time again. */
const STABLE_MS = 60_000;

export interface RestartTimes {
  /** First wait, in milliseconds; it doubles with each failure in a row. */
  firstMs: number;
  /** Longest wait. */
  maxMs: number;
}
export const LOCAL_RESTARTS: RestartTimes = { firstMs: 1_000, maxMs: 60_000 };
/** An address may be away for hours: it is tried again without end, so at longer intervals. */
export const REMOTE_RESTARTS: RestartTimes = { firstMs: 1_000, maxMs: 5 * 60_000 };

/** When a server that failed is started again. */
export interface RestartPolicy {
  /** Restarts since the last start by a person. */
  readonly count: number;
  readonly exhausted: boolean;
  /** Call when it runs. */
  ran(now: number): void;
  /** Milliseconds to wait before the next restart; null when it failed too often. `now`: milliseconds, monotonic. */
  next(now: number): number | null;
  /** A person started it. */
  reset(): void;
}

/** @param bounded false: it is never exhausted */
export function createRestartPolicy({ firstMs, maxMs }: RestartTimes, bounded: boolean): RestartPolicy {
  let recent: number[] = [];
  let failures = 0;
  let ranSince: number | undefined;
  let count = 0;
  let exhausted = false;
  return {
    get count() {
      return count;
    },
    get exhausted() {
      return exhausted;
    },
    ran(now) {
      ranSince = now;
    },
    next(now) {
      if (ranSince !== undefined && now - ranSince >= STABLE_MS) failures = 0;
      ranSince = undefined;
      recent = recent.filter((at) => now - at < WINDOW_MS);
      if (bounded && recent.length >= MAX_RESTARTS) {
        exhausted = true;
        return null;
      }
      const wait = Math.min(maxMs, firstMs * 2 ** Math.min(failures, 20));
      failures++;
      count++;
      if (bounded) recent.push(now);
      return wait;
    },
    reset() {
      recent = [];
      failures = 0;
      count = 0;
      exhausted = false;
      ranSince = undefined;
    },
  };
}

/** Restarts and minutes of the bound, for its sentence. */
export const restartBound = { restarts: MAX_RESTARTS, minutes: WINDOW_MS / 60_000 };
