import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import { AppError } from "../../shared/server/errors.ts";
import { messages } from "./messages.ts";

/** Separate keys of a limiter. Further keys share one bucket. */
const KEYS_MAX = 20_000;
const SHARED_KEY = "*";

export interface RateLimit {
  /** Counts one request. @throws AppError `rate_limited` with the seconds to wait */
  take(key: string): Promise<void>;
}

/** @param points requests per `seconds` and key */
export function createRateLimit(points: number, seconds: number): RateLimit {
  const limiter = new RateLimiterMemory({ points, duration: seconds });
  const keys = new Map<string, number>();
  const windowMs = seconds * 1_000;
  const bounded = (key: string): string => {
    const now = performance.now();
    const since = keys.get(key);
    if (since !== undefined && now - since < windowMs) return key;
    keys.delete(key);
    if (keys.size >= KEYS_MAX) {
      for (const [old, startedAt] of keys) {
        if (now - startedAt < windowMs) break; // oldest first
        keys.delete(old);
      }
      if (keys.size >= KEYS_MAX) return SHARED_KEY;
    }
    keys.set(key, now);
    return key;
  };
  return {
    take: async (key) => {
      try {
        await limiter.consume(bounded(key));
      } catch (rejection) {
        if (!(rejection instanceof RateLimiterRes)) throw rejection;
        // The library uses the wall clock: a step of it must not block callers for hours.
        const retryAfter = Math.min(seconds, Math.max(1, Math.ceil(rejection.msBeforeNext / 1_000)));
        throw new AppError("rate_limited", messages.tooManyRequests, { retryAfter });
      }
    },
  };
}
