import { createSignal, onCleanup } from "solid-js";
import type { AuditEntry } from "../../../../shared/protocol/account.ts";
import { api } from "../../lib/api.ts";

export interface AuditTrailFilter {
  text?: string;
  outcome?: AuditEntry["outcome"];
  since?: string;
}

const PAGE = 200;

/** Pages of the trail, gathered as the reader scrolls; a new filter drops an answer still under way. */
export function createAuditTrail() {
  const [entries, setEntries] = createSignal<readonly AuditEntry[]>([]);
  const [next, setNext] = createSignal<number | null>(null);
  const [loading, setLoading] = createSignal(false);
  const [error, setError] = createSignal<unknown>();
  let filter: AuditTrailFilter = {};
  let abort = new AbortController();

  const ask = async (before: number | null) => {
    abort.abort();
    const mine = new AbortController();
    abort = mine;
    setLoading(true);
    setError(undefined);
    try {
      const page = await api.audit.list({ ...filter, limit: PAGE, ...(before ? { before } : {}) }, mine.signal);
      if (mine.signal.aborted) return;
      setEntries((old) => (before ? [...old, ...page.entries] : page.entries));
      setNext(page.next);
    } catch (caught) {
      if (!mine.signal.aborted) setError(caught);
    } finally {
      if (!mine.signal.aborted) setLoading(false);
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
      void ask(null);
    },
    more(): void {
      const before = next();
      if (before !== null && !loading()) void ask(before);
    },
  };
}
