import { isResponse, isTimeout } from "./call-failure.ts";
import { SessionExpired } from "./http-responses.ts";

export interface KeepAliveTimes {
  /** Milliseconds between two pings. */
  everyMs: number;
  /** Longest wait for a response, in milliseconds. A single-threaded server may still work on an abandoned call. */
  limitMs: number;
}
export const KEEP_ALIVE: KeepAliveTimes = { everyMs: 30_000, limitMs: 120_000 };

/** The last sign of life of a remote server. */
export interface Health {
  /** ISO 8601. */
  checkedAt: string;
  /** Time of the last ping, in milliseconds; null before the first one. */
  latencyMs: number | null;
}

export interface KeepAliveOptions {
  times: KeepAliveTimes;
  /** False: pings only when asked to, for a server whose end is noticed otherwise. */
  periodic: boolean;
  /** Sends a small request. Any response is a sign of life, including an error. */
  ping(limitMs: number): Promise<unknown>;
  /** Whether a call is running; it has a time limit of its own. */
  busy(): boolean;
  /** The server no longer knows the session. */
  onExpired(): Promise<void>;
  onSilent(error: unknown): void;
}

/** Pings a server: one over HTTP at an interval, since it has no connection whose end could be noticed. */
export function createKeepAlive({ times, periodic, ping, busy, onExpired, onSilent }: KeepAliveOptions) {
  let ended = false;
  let checking = false;
  let latest: Health = { checkedAt: new Date().toISOString(), latencyMs: null };

  const look = async () => {
    for (let tries = 1; ; tries++) {
      const from = performance.now();
      const answered = () => {
        latest = { checkedAt: new Date().toISOString(), latencyMs: Math.round((performance.now() - from) * 10) / 10 };
      };
      try {
        await ping(times.limitMs);
        return answered();
      } catch (error) {
        if (ended) return;
        if (error instanceof SessionExpired) return onExpired();
        if (isResponse(error)) return answered();
        if (isTimeout(error) && busy()) return;
        // A kept-alive connection that the server has closed fails once.
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
  const regular = () => {
    if (!busy()) void check();
  };
  const timer = periodic ? setInterval(regular, times.everyMs) : undefined;

  return {
    /** Pings now. */
    check,
    /** The last sign of life. */
    health: () => latest,
    end(): void {
      ended = true;
      clearInterval(timer);
    },
  };
}
