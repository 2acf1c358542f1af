import { singleFlight } from "./single-flight.ts";
/** Thrown by a call that exceeded its time limit; the only failure after which the breaker probes. */
export class DeadlineError extends Error {}

export interface BreakerOptions {
  /** A quick call that succeeds if the dependency is alive; must end by itself within a short time. */
  probe(): Promise<unknown>;
  /** Milliseconds between two probes of a hanging dependency. */
  pauseMs: number;
  /** Creates the error of calls while the breaker is open. */
  refusal(): Error;
}

export interface Breaker {
  run<T>(call: () => Promise<T>): Promise<T>;
}

/**
 * Creates a circuit breaker, so that calls do not pile up on a hanging daemon. After a call exceeded its deadline, a probe
 * decides whether only that call was slow or the daemon hangs. While it hangs, calls fail at once; the first call after
 * `pauseMs` probes again.
 */
export function createBreaker({ probe, pauseMs, refusal }: BreakerOptions): Breaker {
  let open = false;
  let retryAt = 0;

  const look = singleFlight(() =>
    probe().then(
      () => {
        open = false;
      },
      () => {
        open = true;
        retryAt = performance.now() + pauseMs;
      },
    ),
  );

  return {
    async run(call) {
      if (look.running) await look.running;
      else if (open && performance.now() >= retryAt) await look();
      if (open) throw refusal();
      try {
        return await call();
      } catch (error) {
        if (error instanceof DeadlineError) void look();
        throw error;
      }
    },
  };
}
