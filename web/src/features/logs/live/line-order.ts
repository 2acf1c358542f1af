import type { Place } from "./log-entry.ts";

/** Entries of a view stand by time; those of one instant in the order they came. */
export const compare = (left: Place, right: Place): number => left.at - right.at || left.id - right.id;

/** Index of the first entry at or after a place. */
export function indexOf(entries: readonly Place[], place: Place): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compare(entries[middle] as Place, place) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Index of the first entry of a time or later. */
export const indexOfTime = (entries: readonly Place[], at: number): number =>
  indexOf(entries, { at, id: Number.NEGATIVE_INFINITY });

/** Logs that are read together end this far apart at most, in milliseconds. */
const NEAR_MS = 5_000;

/** The entry whose time is next to an instant; undefined when the instant lies well outside of those loaded. */
export function nearestTo<T extends Place>(entries: readonly T[], at: number): T | undefined {
  const [first, last] = [entries[0], entries.at(-1)];
  if (!first || !last || at < first.at - NEAR_MS || at > last.at + NEAR_MS) return undefined;
  const index = indexOfTime(entries, at);
  const [before, after] = [entries[index - 1], entries[index]];
  return before && after && at - before.at < after.at - at ? before : (after ?? before);
}

/** Puts sorted entries in their places. Mostly they go to one end: what is not between them is not touched. */
export function insertSorted<T extends Place>(entries: T[], added: readonly T[]): void {
  const first = added[0];
  const last = added.at(-1);
  if (!first || !last) return;
  const from = indexOf(entries, first);
  if (from === entries.length) {
    for (const entry of added) entries.push(entry);
    return;
  }
  const to = indexOf(entries, last);
  const between = mergeSorted(entries.slice(from, to), added);
  const after = entries.slice(to);
  entries.length = from;
  for (const entry of between) entries.push(entry);
  for (const entry of after) entries.push(entry);
}

function mergeSorted<T extends Place>(left: readonly T[], right: readonly T[]): T[] {
  const merged: T[] = [];
  let at = 0;
  for (const entry of right) {
    while (at < left.length && compare(left[at] as T, entry) < 0) merged.push(left[at++] as T);
    merged.push(entry);
  }
  while (at < left.length) merged.push(left[at++] as T);
  return merged;
}
