export interface Upstream {
  close(): void;
}

export interface SharedSources<T extends Upstream> {
  /** The upstream of a key, opened for its first user. Each `acquire` is answered by one `release`. */
  acquire(key: string): T;
  /** The last user's release closes the upstream after a short linger: a page reload must not reopen it. */
  release(key: string, upstream: T): void;
  /** Drops an upstream that failed for good, so that the next user opens a new one. */
  drop(key: string, upstream: T): void;
  /** Upstreams open now, lingering ones included. */
  readonly size: number;
  close(): void;
}

/** Long enough for a page reload, short enough that nothing is read for nobody. */
export const LINGER_MS = 3_000;

interface Entry<T> {
  upstream: T;
  users: number;
  linger: NodeJS.Timeout | undefined;
}

/** Shares one upstream a key among all who use it. */
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
