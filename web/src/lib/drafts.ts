/** Unsaved input. */
export interface Draft<T = unknown> {
  value: T;
  /** Milliseconds since 1970. */
  keptAt: number;
}

/** Bounds of the drafts of one account: their number, their characters in total, and their age. */
const MAX_DRAFTS = 30;
const MAX_CHARACTERS = 4_000_000;
const MAX_AGE_MS = 7 * 24 * 60 * 60 * 1_000;
const PREFIX = "draft:";

let owner: string | null = null;
const prefix = () => `${PREFIX}${owner}:`;

/**
 * Stores unsaved input of the signed-in account in this tab, across navigation and reload. Callers never pass secrets:
 * values of `.env` files, tokens, headers or values of environment variables.
 */
export const drafts = {
  /** Stores the drafts of this account from now on, and removes those of others. */
  open(user: string): void {
    owner = user;
    for (const key of storedKeys()) if (!key.startsWith(prefix())) remove(key);
  },

  /** Removes all drafts, and stores none until an account signs in. */
  close(): void {
    owner = null;
    for (const key of storedKeys()) remove(key);
  },

  read<T>(name: string): Draft<T> | null {
    const stored = owner === null ? null : load(prefix() + name);
    if (stored === null) return null;
    try {
      const draft = JSON.parse(stored) as Draft<T>;
      if (Date.now() - draft.keptAt < MAX_AGE_MS) return draft;
    } catch {
      // Not a draft, or truncated: it is removed.
    }
    remove(prefix() + name);
    return null;
  },

  /** Stores a draft. Returns false without room or storage: leaving the page then loses the input. */
  keep(name: string, value: unknown): boolean {
    if (owner === null) return false;
    const key = prefix() + name;
    const text = JSON.stringify({ value, keptAt: Date.now() } satisfies Draft);
    const others = storedKeys().filter((other) => other !== key);
    const taken = others.reduce((sum, other) => sum + (load(other)?.length ?? 0), 0);
    if (others.length < MAX_DRAFTS && taken + text.length <= MAX_CHARACTERS && store(key, text)) return true;
    remove(key); // otherwise an older draft would be restored as the newest
    return false;
  },

  drop(name: string): void {
    if (owner !== null) remove(prefix() + name);
  },

  /** Names of all drafts with this prefix. */
  names(begin: string): string[] {
    const start = prefix() + begin;
    return storedKeys()
      .filter((key) => owner !== null && key.startsWith(start))
      .map((key) => key.slice(prefix().length))
      .sort();
  },
};

// Storage may be disabled or full.
function attempt<T>(work: () => T, otherwise: T): T {
  try {
    return work();
  } catch {
    return otherwise;
  }
}

const storedKeys = (): string[] =>
  attempt(() => Object.keys(sessionStorage).filter((key) => key.startsWith(PREFIX)), []);
const load = (key: string): string | null => attempt(() => sessionStorage.getItem(key), null);
const remove = (key: string): void => attempt(() => sessionStorage.removeItem(key), undefined);
const store = (key: string, text: string): boolean =>
  attempt(() => {
    sessionStorage.setItem(key, text);
    return true;
  }, false);
