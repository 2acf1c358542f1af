/** What was typed and not saved yet. */
export interface Draft<T = unknown> {
  value: T;
  /** Milliseconds since 1970. */
  keptAt: number;
}

/** Drafts of one person, characters of all of them and of one, and how long they last. */
const MAX_DRAFTS = 30;
const MAX_CHARACTERS = 4_000_000;
const MAX_AGE_MS = 7 * 24 * 60 * 60 * 1_000;
const PREFIX = "draft:";

let owner: string | null = null;
const prefix = () => `${PREFIX}${owner}:`;

/**
 * Keeps unsaved text over navigation and reload, in the storage of this tab, for the person who is logged in. Never hand it
 * secrets, values of `.env` files, tokens, headers or values of environment variables.
 */
export const drafts = {
  /** From now on drafts are this person's; those of others are removed. */
  open(user: string): void {
    owner = user;
    for (const key of storedKeys()) if (!key.startsWith(prefix())) remove(key);
  },

  /** Removes all drafts, and keeps none until somebody logs in. */
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
      // Not ours, or cut: it is removed.
    }
    remove(prefix() + name);
    return null;
  },

  /** False when there is no room, or no storage: then leaving the page loses the text. */
  keep(name: string, value: unknown): boolean {
    if (owner === null) return false;
    const key = prefix() + name;
    const text = JSON.stringify({ value, keptAt: Date.now() } satisfies Draft);
    const others = storedKeys().filter((one) => one !== key);
    const taken = others.reduce((sum, one) => sum + (load(one)?.length ?? 0), 0);
    if (others.length < MAX_DRAFTS && taken + text.length <= MAX_CHARACTERS && store(key, text)) return true;
    remove(key); // an older text would be offered as if it were the last
    return false;
  },

  drop(name: string): void {
    if (owner !== null) remove(prefix() + name);
  },

  /** Names of all drafts that begin so. */
  names(begin: string): string[] {
    const start = prefix() + begin;
    return storedKeys()
      .filter((key) => owner !== null && key.startsWith(start))
      .map((key) => key.slice(prefix().length))
      .sort();
  },
};

// Storage may be forbidden, or full.
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
