/** The work did not end in time. */
export class TimeoutError extends Error {}

/**
 * Waits for `work`, and no longer than `ms` milliseconds. The work itself continues after that; a rejection that comes
 * later is handled. The timer never outlives the wait.
 * @param onTimeout Gives the result of a wait that took too long; it may throw.
 * @throws what the work rejects with, or {@link TimeoutError} where there is no `onTimeout`.
 */
export async function withTimeout<T, F = never>(
  work: PromiseLike<T>,
  ms: number,
  onTimeout: () => F = timedOut,
): Promise<T | F> {
  const { promise: late, resolve } = Promise.withResolvers<typeof LATE>();
  const timer = setTimeout(resolve, ms, LATE);
  try {
    const first = await Promise.race([work, late]);
    return first === LATE ? onTimeout() : (first as T);
  } finally {
    clearTimeout(timer);
  }
}

const LATE = Symbol("late");

function timedOut(): never {
  throw new TimeoutError("It did not end in time.");
}
