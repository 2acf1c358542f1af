export interface TokenBucket {
  /** Takes one token; returns false if there is none. */
  take(): boolean;
}

/** Creates a rate limiter with `burst` tokens, refilled at `perSecond`. It uses no timer. */
export function createTokenBucket(perSecond: number, burst: number): TokenBucket {
  let tokens = burst;
  let filledAt = performance.now();
  return {
    take() {
      const now = performance.now();
      tokens = Math.min(burst, tokens + ((now - filledAt) / 1000) * perSecond);
      filledAt = now;
      if (tokens < 1) return false;
      tokens--;
      return true;
    },
  };
}
