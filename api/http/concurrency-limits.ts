import type { Context } from "hono";
import { AppError } from "../../shared/server/errors.ts";
import type { ApiEnv } from "./context.ts";

export interface SharesOptions {
  /** Places in all, and of one caller: nobody can take them all. */
  total: number;
  perCaller: number;
  /** Calls of one caller that may wait for a place; others are refused at once. Callers who wait are served in turn. */
  waiting?: number;
  /** What is refused, as a sentence for people. */
  busy: string;
}

/** Places for something costly, shared out by caller: all sessions and keys of a user are one caller. */
export interface Shares {
  /** Takes a place until the answer is called. @throws AppError `overloaded` */
  take(caller: string): () => void;
  /**
   * The same, after waiting for one where that is allowed.
   * @param signal Ends the wait of a caller that hung up.
   * @throws AppError `overloaded`, or the signal's reason.
   */
  enter(caller: string, signal?: AbortSignal): Promise<() => void>;
  /** Runs it in a place; otherwise like `enter`. */
  run<T>(caller: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T>;
}

interface Caller {
  held: number;
  /** Called once a place is held for the one who waits. */
  waiting: (() => void)[];
}

export function createShares({ total, perCaller, waiting = 0, busy }: SharesOptions): Shares {
  /** Those who hold places or wait for one; who was served last stands last. */
  const callers = new Map<string, Caller>();
  let held = 0;
  const refused = () => new AppError("overloaded", busy, { retryAfter: 2 });
  const fits = (caller: Caller) => held < total && caller.held < perCaller;

  const hold = (name: string, caller: Caller) => {
    callers.delete(name);
    callers.set(name, caller);
    caller.held++;
    held++;
  };
  const serve = () => {
    for (const [name, caller] of [...callers]) {
      if (caller.waiting.length === 0 || !fits(caller)) continue;
      hold(name, caller);
      caller.waiting.shift()?.();
    }
  };
  /** What gives a held place back, once. */
  const leaving = (name: string, caller: Caller) => {
    let left = false;
    return () => {
      if (left) return;
      left = true;
      held--;
      caller.held--;
      serve();
      if (caller.held === 0 && caller.waiting.length === 0) callers.delete(name);
    };
  };
  const take = (name: string) => {
    const caller = callers.get(name) ?? { held: 0, waiting: [] };
    if (!fits(caller)) throw refused();
    hold(name, caller);
    return leaving(name, caller);
  };
  /** Resolves once a place is held. */
  const turn = (name: string, caller: Caller, signal: AbortSignal | undefined) =>
    new Promise<void>((resolve, reject) => {
      const stop = () => {
        caller.waiting.splice(caller.waiting.indexOf(go), 1);
        if (caller.held === 0 && caller.waiting.length === 0) callers.delete(name);
        reject(signal?.reason);
      };
      const go = () => {
        signal?.removeEventListener("abort", stop);
        resolve();
      };
      callers.set(name, caller);
      caller.waiting.push(go);
      signal?.addEventListener("abort", stop, { once: true });
    });

  const enter = async (name: string, signal?: AbortSignal) => {
    signal?.throwIfAborted();
    const caller = callers.get(name) ?? { held: 0, waiting: [] };
    if (fits(caller) && caller.waiting.length === 0) hold(name, caller);
    else if (caller.waiting.length >= waiting) throw refused();
    else await turn(name, caller, signal);
    return leaving(name, caller);
  };

  return {
    take,
    enter,
    async run(name, work, signal) {
      const leave = await enter(name, signal);
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
