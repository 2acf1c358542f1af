import type { Context } from "hono";
import { AppError } from "../../shared/server/errors.ts";
import type { ApiEnv } from "../context.ts";

export interface SharesOptions {
  /** Places in all, and of one caller: nobody can take them all. */
  total: number;
  perCaller: number;
  /** Calls of one caller that may wait for one of the caller's places; others are refused at once. */
  waiting?: number;
  /** What is refused, as a sentence for people. */
  busy: string;
}

/** Places for something costly, shared out by caller: all sessions and keys of a user are one caller. */
export interface Shares {
  /** Takes a place until the answer is called. @throws AppError `overloaded` */
  take(caller: string): () => void;
  /**
   * Runs it in a place, after waiting for one of the caller's own where that is allowed.
   * @param signal Ends the wait: whoever hung up needs no place.
   * @throws AppError `overloaded`, or the signal's reason.
   */
  run<T>(caller: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T>;
}

interface Caller {
  held: number;
  waiting: (() => void)[];
}

export function createShares({ total, perCaller, waiting = 0, busy }: SharesOptions): Shares {
  const callers = new Map<string, Caller>();
  let held = 0;
  const refused = () => new AppError("overloaded", busy, { retryAfter: 2 });

  const enter = (name: string): (() => void) => {
    const caller = callers.get(name) ?? { held: 0, waiting: [] };
    if (held >= total || caller.held >= perCaller) throw refused();
    callers.set(name, caller);
    caller.held++;
    held++;
    let left = false;
    return () => {
      if (left) return;
      left = true;
      held--;
      caller.held--;
      caller.waiting.shift()?.();
      if (caller.held === 0 && caller.waiting.length === 0) callers.delete(name);
    };
  };
  /** Resolves once another call of the caller has ended. */
  const turn = (caller: Caller, signal: AbortSignal | undefined) =>
    new Promise<void>((resolve, reject) => {
      const stop = () => {
        caller.waiting.splice(caller.waiting.indexOf(go), 1);
        reject(signal?.reason);
      };
      const go = () => {
        signal?.removeEventListener("abort", stop);
        resolve();
      };
      caller.waiting.push(go);
      signal?.addEventListener("abort", stop, { once: true });
    });

  return {
    take: enter,
    async run(name, work, signal) {
      for (let caller = callers.get(name); caller && caller.held >= perCaller; caller = callers.get(name)) {
        if (signal?.aborted) {
          caller.waiting.shift()?.();
          throw signal.reason;
        }
        if (caller.waiting.length >= waiting) throw refused();
        await turn(caller, signal);
      }
      let leave: () => void;
      try {
        leave = enter(name);
      } catch (error) {
        // Nobody else wakes those behind it.
        callers.get(name)?.waiting.shift()?.();
        throw error;
      }
      try {
        return await work();
      } finally {
        leave();
      }
    },
  };
}

/** Whose share a request counts against: the user, or the owner of the key. */
export const callerOf = (c: Context<ApiEnv>): string => c.get("caller") ?? c.get("principal").id;
