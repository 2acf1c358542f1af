import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import { AppError } from "../../shared/server/errors.ts";

/** Keys a limiter keeps apart; beyond it, strangers share one bucket. */
const KEYS_MAX = 20_000;
const SHARED_KEY = "*";

export interface RateLimit {
  /** Counts one; throws `rate_limited` with the seconds to wait. */
  take(key: string): Promise<void>;
}

/** @param points requests per `seconds` and key */
export function createRateLimit(points: number, seconds: number): RateLimit {
  const limiter = new RateLimiterMemory({ points, duration: seconds });
  const keys = new Map<string, number>();
  const windowMs = seconds * 1_000;
  const bounded = (key: string): string => {
    const now = performance.now();
    const begun = keys.get(key);
    if (begun !== undefined && now - begun < windowMs) return key;
    keys.delete(key);
    if (keys.size >= KEYS_MAX) {
      for (const [old, since] of keys) {
        if (now - since < windowMs) break; // in order of their beginning
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
        // The library counts on the wall clock; a step of it must not send anybody away for hours.
        const retryAfter = Math.min(seconds, Math.max(1, Math.ceil(rejection.msBeforeNext / 1_000)));
        throw new AppError("rate_limited", "Too many requests; wait a moment.", { retryAfter });
      }
    },
  };
}
