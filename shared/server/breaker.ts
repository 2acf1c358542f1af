import { singleFlight } from "./single-flight.ts";
/** Thrown by a call that took longer than it may; the only failure that makes the breaker look. */
export class DeadlineError extends Error {}

export interface BreakerOptions {
  /** A quick question the dependency answers whenever it is alive; must end within `probeMs` by itself. */
  probe(): Promise<unknown>;
  /** Milliseconds between two probes of a dependency that hangs. */
  pauseMs: number;
  /** What a call fails with while the breaker is open. */
  refusal(): Error;
}

export interface Breaker {
  run<T>(call: () => Promise<T>): Promise<T>;
}

/**
 * Keeps calls from piling up on a daemon that hangs: after a deadline a probe decides whether only that call was slow
 * or the daemon hangs; in the second case calls fail at once, and the first one after `pauseMs` probes again.
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
