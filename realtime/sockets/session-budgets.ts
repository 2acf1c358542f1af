import { createTokenBucket, type TokenBucket } from "./token-bucket.ts";

/**
 * Rate limit of client events per session or key, over all its connections, far above the needs of many tabs. A new
 * connection does not reset it.
 */
const EVENTS_PER_SECOND = 500;
const EVENT_BURST = 10_000;
/** Sessions whose rate limit is stored beyond their last connection. */
const MAX_BUDGETS = 5_000;

/** Creates a function that returns the rate limit of a session or key. Drops the limits that were not used for longest. */
export function createSessionBudgets(): (sessionId: string) => TokenBucket {
  const budgets = new Map<string, TokenBucket>(); // in order of their last use by a new connection
  return (sessionId) => {
    const budget = budgets.get(sessionId) ?? createTokenBucket(EVENTS_PER_SECOND, EVENT_BURST);
    budgets.delete(sessionId);
    budgets.set(sessionId, budget);
    if (budgets.size > MAX_BUDGETS) budgets.delete(budgets.keys().next().value ?? "");
    return budget;
  };
}
