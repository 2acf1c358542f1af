export interface SingleFlight<A extends unknown[], T> {
  /** Starts the work, or joins the run under way; its arguments are those of the call that started it. */
  (...args: A): Promise<T>;
  /** The run under way. */
  readonly running: Promise<T> | undefined;
}

/**
 * Lets callers that come at the same time share one run of `work`, and its result or error. The next call after its end
 * starts another run.
 */
export function singleFlight<A extends unknown[], T>(work: (...args: A) => Promise<T>): SingleFlight<A, T> {
  let running: Promise<T> | undefined;
  // `async`: work that throws before its first await rejects like any other.
  const run = async (...args: A) => work(...args);
  const join = (...args: A): Promise<T> => {
    running ??= run(...args).finally(() => {
      running = undefined;
    });
    return running;
  };
  return Object.defineProperty(join, "running", { get: () => running }) as SingleFlight<A, T>;
}
