import type { CatalogEntry } from "./store/segment-index.ts";
import type { LogSubject } from "./store/stream-state.ts";

/** What is stored of one log under one name. */
export interface StoredLogTotals extends LogSubject {
  lines: number;
  bytes: number;
  minUs: number;
  maxUs: number;
  removed: boolean;
}

/** Every log the store knows, once for each name it had. */
export function summarize(entries: readonly CatalogEntry[]): StoredLogTotals[] {
  const sources = new Map<string, StoredLogTotals>();
  for (const { segment, totals } of entries) {
    const totalOf = new Map(totals.map((total) => [total.stream, total]));
    for (const { id, kind, name, sourceId, removed } of segment.streams()) {
      const total = totalOf.get(id);
      const key = `${kind}/${name}/${sourceId}`;
      const known = sources.get(key);
      sources.set(key, {
        kind,
        name,
        sourceId,
        lines: (known?.lines ?? 0) + (total?.lines ?? 0),
        bytes: (known?.bytes ?? 0) + (total?.bytes ?? 0),
        minUs: Math.min(known?.minUs ?? Number.POSITIVE_INFINITY, total?.minUs ?? Number.POSITIVE_INFINITY),
        maxUs: Math.max(known?.maxUs ?? 0, total?.maxUs ?? 0),
        removed: removed || (known?.removed ?? false),
      });
    }
  }
  return [...sources.values()];
}
