import { createSignal, onCleanup } from "solid-js";
import type { AuditEntry } from "../../../../shared/protocol/account.ts";
import { api } from "../../lib/api.ts";

export interface AuditTrailFilter {
  text?: string;
  outcome?: AuditEntry["outcome"];
  since?: string;
}

/** Entries per request. */
const PAGE_SIZE = 200;

/** Pages of the trail, loaded as the reader scrolls. A new filter aborts the pending request. */
export function createAuditTrail() {
  const [entries, setEntries] = createSignal<readonly AuditEntry[]>([]);
  const [next, setNext] = createSignal<number | null>(null);
  const [loading, setLoading] = createSignal(false);
  const [error, setError] = createSignal<unknown>();
  let filter: AuditTrailFilter = {};
  let abort = new AbortController();

  const request = async (before: number | null) => {
    abort.abort();
    const current = new AbortController();
    abort = current;
    setLoading(true);
    setError(undefined);
    try {
      const page = await api.audit.list({ ...filter, limit: PAGE_SIZE, before: before ?? undefined }, current.signal);
      if (current.signal.aborted) return;
      setEntries((old) => (before ? [...old, ...page.entries] : page.entries));
      setNext(page.next);
    } catch (caught) {
      if (!current.signal.aborted) setError(caught);
    } finally {
      if (!current.signal.aborted) setLoading(false);
    }
  };
  onCleanup(() => abort.abort());

  return {
    entries,
    next,
    loading,
    error,
    load(wanted: AuditTrailFilter): void {
      filter = wanted;
      setEntries([]);
      setNext(null);
      void request(null);
    },
    more(): void {
      const before = next();
      if (before !== null && !loading()) void request(before);
    },
  };
}
