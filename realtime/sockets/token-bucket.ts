export interface TokenBucket {
  /** Takes one token; false when there is none. */
  take(): boolean;
}

/** A limiter: `burst` tokens, refilled at `perSecond`. It has no timer: nothing outlives its owner. */
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
