import { AppError } from "../../shared/server/errors.ts";

/** What a work takes for as long as it lasts. */
export interface Keys {
  /** Nobody else has these meanwhile, in whatever way. */
  own: readonly string[];
  /** What it is a part of: others may be at work in it as well, but nobody on it as a whole. */
  within?: readonly string[];
}

export interface KeyRing {
  /** Takes all or none; answers what gives them back, once. Throws `conflict` when one is not to be had. */
  take(keys: Keys): () => void;
}

/** Keeps works that touch the same thing apart. Bounded by the works there are: each gives its keys back. */
export function createKeyRing(): KeyRing {
  const owned = new Set<string>();
  const shared = new Map<string, number>(); // how many are at work within

  return {
    take({ own, within = [] }) {
      if (own.some((key) => owned.has(key) || shared.has(key)) || within.some((key) => owned.has(key))) {
        throw new AppError("conflict", "An action on this is under way already; wait for it to end.");
      }
      const mine = new Set(own);
      for (const key of mine) owned.add(key);
      for (const key of within) shared.set(key, (shared.get(key) ?? 0) + 1);
      let held = true;
      return () => {
        if (!held) return;
        held = false;
        for (const key of mine) owned.delete(key);
        for (const key of within) {
          const left = (shared.get(key) ?? 1) - 1;
          if (left > 0) shared.set(key, left);
          else shared.delete(key);
        }
      };
    },
  };
}
