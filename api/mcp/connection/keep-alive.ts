import { isAnswer, isTimeout } from "./call-failure.ts";
import { SessionExpired } from "./http-responses.ts";

export interface PulseTimes {
  /** Between two questions, in milliseconds. */
  everyMs: number;
  /** A server of one thread may be busy with work that nobody waits for any more. */
  limitMs: number;
}
export const PULSE: PulseTimes = { everyMs: 30_000, limitMs: 120_000 };

export interface PulseOptions {
  times: PulseTimes;
  /** Asks the server something small. Any answer is a sign of life, a refusal too. */
  ask(limitMs: number): Promise<unknown>;
  /** A call is under way: it is watched by its own limit. */
  busy(): boolean;
  /** The server does not know the session any more. */
  onExpired(): Promise<void>;
  onSilent(error: unknown): void;
}

/** Asks a server over HTTP whether it is still there: it has no connection that could break. */
export function createPulse({ times, ask, busy, onExpired, onSilent }: PulseOptions) {
  let ended = false;
  let checking = false;

  const look = async () => {
    for (let tries = 1; ; tries++) {
      try {
        await ask(times.limitMs);
        return;
      } catch (error) {
        if (ended) return;
        if (error instanceof SessionExpired) return onExpired();
        if (isAnswer(error)) return;
        if (isTimeout(error) && busy()) return;
        // A kept connection that the server closed meanwhile fails once.
        if (isTimeout(error) || tries === 2) return onSilent(error);
      }
    }
  };
  const check = async () => {
    if (checking || ended) return;
    checking = true;
    await look().catch(onSilent);
    checking = false;
  };
  const timer = setInterval(() => {
    if (!busy()) void check();
  }, times.everyMs);

  return {
    /** Asks now. */
    check,
    end(): void {
      ended = true;
      clearInterval(timer);
    },
  };
}
