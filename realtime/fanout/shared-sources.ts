export interface Upstream {
  close(): void;
}

export interface SharedSources<T extends Upstream> {
  /** Returns the upstream of a key; opens it for the first user. Each `acquire` needs one `release`. */
  acquire(key: string): T;
  /** After the last release, the upstream stays open for a short time, so that a page reload does not reopen it. */
  release(key: string, upstream: T): void;
  /** Drops an upstream that failed permanently, so that the next user opens a new one. */
  drop(key: string, upstream: T): void;
  /** Open upstreams, including lingering ones. */
  readonly size: number;
  close(): void;
}

/** Long enough for a page reload, short enough to read little without viewers. */
export const LINGER_MS = 3_000;

interface Entry<T> {
  upstream: T;
  users: number;
  linger: NodeJS.Timeout | undefined;
}

/** Shares one upstream per key among its users. */
export function createSharedSources<T extends Upstream>(
  open: (key: string) => T,
  lingerMs = LINGER_MS,
): SharedSources<T> {
  const entries = new Map<string, Entry<T>>();
  const end = (key: string, entry: Entry<T>) => {
    clearTimeout(entry.linger);
    if (entries.get(key) === entry) entries.delete(key);
    entry.upstream.close();
  };
  return {
    acquire(key) {
      let entry = entries.get(key);
      if (!entry) {
        entry = { upstream: open(key), users: 0, linger: undefined };
        entries.set(key, entry);
      }
      clearTimeout(entry.linger);
      entry.linger = undefined;
      entry.users++;
      return entry.upstream;
    },
    release(key, upstream) {
      const entry = entries.get(key);
      if (entry?.upstream !== upstream || --entry.users > 0) return;
      entry.linger = setTimeout(() => end(key, entry), lingerMs);
    },
    drop(key, upstream) {
      const entry = entries.get(key);
      if (entry?.upstream === upstream) end(key, entry);
    },
    get size() {
      return entries.size;
    },
    close() {
      for (const [key, entry] of entries) end(key, entry);
    },
  };
}
