import { listSegments, segmentPath } from "./segment.ts";
import { openSegmentReader, type SegmentReader, type StreamTotals } from "./segment-reader.ts";

export interface CatalogEntry {
  segment: SegmentReader;
  totals: readonly StreamTotals[];
  minUs: number;
  maxUs: number;
}

/** The files of the store as they are now, each opened once. */
export interface Catalog {
  /** Oldest first. */
  entries(): CatalogEntry[];
  close(): void;
}

export function createCatalog(folder: string, onDamage: (error: unknown) => void): Catalog {
  const readers = new Map<number, SegmentReader>();
  /** Of files that are written no more. */
  const sealed = new Map<number, readonly StreamTotals[]>();
  const damaged = new Set<number>();

  const toEntry = (segment: SegmentReader, isNewest: boolean): CatalogEntry => {
    const known = isNewest ? undefined : sealed.get(segment.number);
    const totals = known ?? segment.totals();
    if (!isNewest) sealed.set(segment.number, totals);
    let minUs = Number.POSITIVE_INFINITY;
    let maxUs = Number.NEGATIVE_INFINITY;
    for (const total of totals) {
      minUs = Math.min(minUs, total.minUs);
      maxUs = Math.max(maxUs, total.maxUs);
    }
    return { segment, totals, minUs, maxUs };
  };
  const forget = (number: number) => {
    readers.get(number)?.close();
    readers.delete(number);
    sealed.delete(number);
  };

  return {
    entries() {
      const numbers = listSegments(folder);
      for (const number of readers.keys()) if (!numbers.includes(number)) forget(number);
      for (const number of damaged) if (!numbers.includes(number)) damaged.delete(number);
      const entries: CatalogEntry[] = [];
      for (const number of numbers) {
        if (damaged.has(number)) continue;
        try {
          const reader = readers.get(number) ?? openSegmentReader(segmentPath(folder, number), number);
          if (!reader) continue;
          readers.set(number, reader);
          entries.push(toEntry(reader, number === numbers.at(-1)));
        } catch (error) {
          // One damaged file costs its own lines only. The newest one may be in the making.
          forget(number);
          if (number === numbers.at(-1)) continue;
          damaged.add(number);
          onDamage(error);
        }
      }
      return entries;
    },
    close() {
      for (const number of [...readers.keys()]) forget(number);
    },
  };
}
