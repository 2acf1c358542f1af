import { AppError } from "../../shared/server/errors.ts";
import { messages } from "./messages.ts";

/** The resources that work holds while it runs, by name. */
export interface Locks {
  /** Held by this work alone. */
  exclusive: readonly string[];
  /** What the resource is part of: held together with other work on parts, and not with work on the whole. */
  shared?: readonly string[];
}

export interface ResourceLocks {
  /**
   * Acquires all locks or none.
   *
   * @returns Releases them; a second call does nothing.
   * @throws AppError `conflict` when one is held
   */
  acquire(locks: Locks): () => void;
}

/** Keeps work on the same resource apart. Bounded by the work under way, as each releases its locks. */
export function createResourceLocks(): ResourceLocks {
  const owned = new Set<string>();
  const holders = new Map<string, number>(); // of shared locks

  return {
    acquire({ exclusive, shared = [] }) {
      if (exclusive.some((name) => owned.has(name) || holders.has(name)) || shared.some((name) => owned.has(name))) {
        throw new AppError("conflict", messages.underWay);
      }
      const acquired = new Set(exclusive);
      for (const name of acquired) owned.add(name);
      for (const name of shared) holders.set(name, (holders.get(name) ?? 0) + 1);
      let isHeld = true;
      return () => {
        if (!isHeld) return;
        isHeld = false;
        for (const name of acquired) owned.delete(name);
        for (const name of shared) {
          const left = (holders.get(name) ?? 1) - 1;
          if (left > 0) holders.set(name, left);
          else holders.delete(name);
        }
      };
    },
  };
}
