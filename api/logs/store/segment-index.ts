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
  /** Lends the files, oldest first, as long as the work takes: one that is given up meanwhile can still be read. */
  use<T>(work: (entries: CatalogEntry[]) => T | Promise<T>): Promise<T>;
  close(): void;
}

export function createCatalog(folder: string, onDamage: (error: unknown) => void): Catalog {
  const readers = new Map<number, SegmentReader>();
  /** Of files that are written no more. */
  const sealed = new Map<number, readonly StreamTotals[]>();
  const damaged = new Set<number>();
  /** Given up, and to be closed once nobody reads. */
  let retired: SegmentReader[] = [];
  let users = 0;

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
    const reader = readers.get(number);
    if (reader) retired.push(reader);
    readers.delete(number);
    sealed.delete(number);
  };

  const entries = () => {
    const numbers = listSegments(folder);
    for (const number of readers.keys()) if (!numbers.includes(number)) forget(number);
    for (const number of damaged) if (!numbers.includes(number)) damaged.delete(number);
    const found: CatalogEntry[] = [];
    for (const number of numbers) {
      if (damaged.has(number)) continue;
      try {
        const reader = readers.get(number) ?? openSegmentReader(segmentPath(folder, number), number);
        if (!reader) continue;
        readers.set(number, reader);
        found.push(toEntry(reader, number === numbers.at(-1)));
      } catch (error) {
        // One damaged file costs its own lines only. The newest one may be in the making.
        forget(number);
        if (number === numbers.at(-1)) continue;
        damaged.add(number);
        onDamage(error);
      }
    }
    return found;
  };
  const closeRetired = () => {
    if (users > 0) return;
    for (const reader of retired) reader.close();
    retired = [];
  };

  return {
    async use(work) {
      users++;
      try {
        return await work(entries());
      } finally {
        users--;
        closeRetired();
      }
    },
    close() {
      for (const number of [...readers.keys()]) forget(number);
      users = 0;
      closeRetired();
    },
  };
}
