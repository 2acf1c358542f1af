import { createSignal, onCleanup } from "solid-js";

/** Entries that are fetched at once, if there are as many: they fill a screen, so that the reader can scroll on. */
const MIN_ADDED = 30;

export interface ListPage<T> {
  entries: readonly T[];
  /** Where the next page starts; null at the end. */
  next: number | null;
}

export interface PagedListOptions<T, Filter> {
  fetchPage(filter: Filter, before: number | undefined, signal: AbortSignal): Promise<ListPage<T>>;
  /** Number by which entries are in order, the newest highest. */
  sequenceOf(entry: T): number;
  initial: Filter;
}

/** Pages of a long list, newest first, loaded as the reader scrolls. A new filter aborts the pending request. */
export function createPagedList<T, Filter>({ fetchPage, sequenceOf, initial }: PagedListOptions<T, Filter>) {
  const [entries, setEntries] = createSignal<readonly T[]>([]);
  const [next, setNext] = createSignal<number | null>(null);
  const [loading, setLoading] = createSignal(false);
  const [error, setError] = createSignal<unknown>();
  let filter = initial;
  let abort = new AbortController();
  let refreshing: AbortController | undefined;

  const request = async (before: number | null) => {
    abort.abort();
    refreshing?.abort();
    const current = new AbortController();
    abort = current;
    setLoading(true);
    setError(undefined);
    try {
      let from = before;
      let added = 0;
      do {
        const page = await fetchPage(filter, from ?? undefined, current.signal);
        if (current.signal.aborted) return;
        setEntries((old) => (from === null ? page.entries : [...old, ...page.entries]));
        setNext(page.next);
        from = page.next;
        added += page.entries.length;
        // A search with a rare filter finds little in the part that one request reads: no entry so far is not none.
      } while (added < MIN_ADDED && from !== null);
    } catch (caught) {
      if (!current.signal.aborted) setError(caught);
    } finally {
      if (!current.signal.aborted) setLoading(false);
    }
  };
  onCleanup(() => {
    abort.abort();
    refreshing?.abort();
  });

  return {
    entries,
    next,
    loading,
    error,
    load(wanted: Filter): void {
      filter = wanted;
      setEntries([]);
      setNext(null);
      void request(null);
    },
    more(): void {
      const before = next();
      if (before !== null && !loading()) void request(before);
    },
    /** Fetches the newest page again, and keeps older entries that are loaded. Resolves in any case. */
    async refresh(): Promise<void> {
      if (loading()) return;
      refreshing?.abort();
      const current = new AbortController();
      refreshing = current;
      try {
        const page = await fetchPage(filter, undefined, current.signal);
        if (current.signal.aborted) return;
        // The cursor says how far the page reaches, also when little on it matches.
        const reached = page.next ?? Number.NEGATIVE_INFINITY;
        const loaded = error() === undefined ? next() : page.next;
        setEntries((old) => [...page.entries, ...old.filter((entry) => sequenceOf(entry) < reached)]);
        setNext(page.next === null || loaded === null ? null : Math.min(loaded, page.next));
        setError(undefined);
      } catch {
        // What is shown stays; the next event or the reader asks again.
      }
    },
  };
}
