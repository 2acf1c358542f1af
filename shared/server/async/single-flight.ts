export interface SingleFlight<A extends unknown[], T> {
  /** Starts the work, or joins the current run, which has the arguments of the call that started it. */
  (...args: A): Promise<T>;
  /** The current run. */
  readonly running: Promise<T> | undefined;
}

/** Lets concurrent callers share one run of `work` and its result or error. The next call after its end starts another run. */
export function singleFlight<A extends unknown[], T>(work: (...args: A) => Promise<T>): SingleFlight<A, T> {
  let running: Promise<T> | undefined;
  // `async`, so that an error before the first await also becomes a rejection.
  const run = async (...args: A) => work(...args);
  const join = (...args: A): Promise<T> => {
    running ??= run(...args).finally(() => {
      running = undefined;
    });
    return running;
  };
  return Object.defineProperty(join, "running", { get: () => running }) as SingleFlight<A, T>;
}
