import { setDeadline } from "./deadline.ts";

/** The work exceeded its time limit. */
export class TimeoutError extends Error {}

/**
 * Waits for `work`, at most `ms` milliseconds. The work itself continues after that; a later rejection is ignored. The timer
 * never outlives the wait.
 * @param onTimeout returns the result after the time limit, or throws
 * @throws the error of the work, or {@link TimeoutError} without `onTimeout`
 */
export async function withTimeout<T, F = never>(
  work: PromiseLike<T>,
  ms: number,
  onTimeout: () => F = timedOut,
): Promise<T | F> {
  const { promise: late, resolve } = Promise.withResolvers<typeof LATE>();
  const end = setDeadline(() => resolve(LATE), ms);
  try {
    const first = await Promise.race([work, late]);
    return first === LATE ? onTimeout() : (first as T);
  } finally {
    end();
  }
}

const LATE = Symbol("late");

function timedOut(): never {
  throw new TimeoutError("It did not end in time.");
}
