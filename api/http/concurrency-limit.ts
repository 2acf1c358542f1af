import type { Context } from "hono";
import { AppError } from "../../shared/server/errors.ts";
import type { ApiEnv } from "./context.ts";

export interface ConcurrencyOptions {
  /** Calls that run at once, of all callers. */
  total: number;
  /** Calls of one caller that run at once: nobody can take all places. */
  perCaller: number;
  /** Calls of one caller that may wait for a place; further ones are refused at once. 0 by default. */
  queue?: number;
  /** The sentence of a refusal. */
  message: string;
}

/**
 * Limits how many calls of something costly run at once, in all and for each caller. All sessions and keys of a user are
 * one caller. Callers who wait are served in turn.
 */
export interface ConcurrencyLimit {
  /** Takes a place at once. Returns what releases it. @throws AppError `overloaded` without a free place */
  tryAcquire(caller: string): () => void;
  /**
   * Takes a place, after a wait where the options allow one. Returns what releases it.
   *
   * @param signal Ends the wait of a caller that hung up.
   * @throws AppError `overloaded`, or the reason of the signal
   */
  acquire(caller: string, signal?: AbortSignal): Promise<() => void>;
  /** Runs `work` in a place of the caller. @throws like {@link acquire}, and what `work` throws */
  run<T>(caller: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T>;
}

interface Caller {
  running: number;
  /** Each is called once it holds a place. */
  queue: (() => void)[];
}

export function createConcurrencyLimit({ total, perCaller, queue = 0, message }: ConcurrencyOptions): ConcurrencyLimit {
  /** Callers with running or waiting calls. The one served last is last. */
  const callers = new Map<string, Caller>();
  let running = 0;
  const refused = () => new AppError("overloaded", message, { retryAfter: 2 });
  const fits = (caller: Caller) => running < total && caller.running < perCaller;
  const find = (name: string): Caller => callers.get(name) ?? { running: 0, queue: [] };
  const forgetIdle = (name: string, caller: Caller) => {
    if (caller.running === 0 && caller.queue.length === 0) callers.delete(name);
  };

  const start = (name: string, caller: Caller) => {
    callers.delete(name);
    callers.set(name, caller);
    caller.running++;
    running++;
  };
  const serveQueues = () => {
    for (const [name, caller] of [...callers]) {
      if (caller.queue.length === 0 || !fits(caller)) continue;
      start(name, caller);
      caller.queue.shift()?.();
    }
  };
  /** Releases a place, once. */
  const releaseOf = (name: string, caller: Caller) => {
    let released = false;
    return () => {
      if (released) return;
      released = true;
      running--;
      caller.running--;
      serveQueues();
      forgetIdle(name, caller);
    };
  };
  /** Resolves once the call holds a place. */
  const turn = (name: string, caller: Caller, signal: AbortSignal | undefined) =>
    new Promise<void>((resolve, reject) => {
      const stop = () => {
        caller.queue.splice(caller.queue.indexOf(go), 1);
        forgetIdle(name, caller);
        reject(signal?.reason);
      };
      const go = () => {
        signal?.removeEventListener("abort", stop);
        resolve();
      };
      callers.set(name, caller);
      caller.queue.push(go);
      signal?.addEventListener("abort", stop, { once: true });
    });

  const acquire = async (name: string, signal?: AbortSignal) => {
    signal?.throwIfAborted();
    const caller = find(name);
    if (fits(caller) && caller.queue.length === 0) start(name, caller);
    else if (caller.queue.length >= queue) throw refused();
    else await turn(name, caller, signal);
    return releaseOf(name, caller);
  };

  return {
    tryAcquire(name) {
      const caller = find(name);
      if (!fits(caller)) throw refused();
      start(name, caller);
      return releaseOf(name, caller);
    },
    acquire,
    async run(name, work, signal) {
      const release = await acquire(name, signal);
      try {
        return await work();
      } finally {
        release();
      }
    },
  };
}

/** The caller whom a request counts for: the user, or the owner of the key. */
export const callerOf = (c: Context<ApiEnv>): string => c.get("caller") ?? c.get("principal").id;
