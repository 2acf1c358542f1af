import { createSignal, onCleanup } from "solid-js";

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
      const page = await fetchPage(filter, before ?? undefined, current.signal);
      if (current.signal.aborted) return;
      setEntries((old) => (before === null ? page.entries : [...old, ...page.entries]));
      setNext(page.next);
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
        const last = page.entries.at(-1);
        const older = last && page.next !== null ? sequenceOf(last) : Number.NEGATIVE_INFINITY;
        const known = entries().length > page.entries.length;
        setEntries((old) => [...page.entries, ...old.filter((entry) => sequenceOf(entry) < older)]);
        if (!known) setNext(page.next);
        setError(undefined);
      } catch {
        // What is shown stays; the next event or the reader asks again.
      }
    },
  };
}
