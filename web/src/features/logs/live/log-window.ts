import type { LinePattern } from "../search/line-pattern.ts";
import { holds } from "../search/log-filter.ts";
import { compare, indexOf, insertSorted } from "./line-order.ts";
import type { LogEntry, Place } from "./log-entry.ts";

export interface LogWindowOptions {
  /** Most entries held; may become another number. */
  maxEntries?: () => number;
  /** Most characters held, since a line may be a megabyte long. */
  maxCharacters?: number;
}

/** Most entries one view holds. */
export const ENTRIES_MAX = 50_000;

/** Which end gives way when the window is full. */
export type Keep = "newest" | "oldest";

/** A bounded part of one or more logs, in order of time, and which of its lines match what is searched for. */
export interface LogWindow {
  /** Always the same array. */
  readonly entries: readonly LogEntry[];
  /** The lines that match, oldest first. */
  readonly matches: readonly LogEntry[];
  /** Adds sorted entries wherever they belong; returns how many gave way at the end that is not stored. */
  insert(added: readonly LogEntry[], keep?: Keep): number;
  dropBefore(place: Place): void;
  clear(): void;
  setPattern(pattern: LinePattern | undefined): void;
}

export function createLogWindow({
  maxEntries = () => ENTRIES_MAX,
  maxCharacters = 64_000_000,
}: LogWindowOptions = {}): LogWindow {
  const entries: LogEntry[] = [];
  let matches: LogEntry[] = [];
  let characters = 0;
  let pattern: LinePattern | undefined;

  const count = (gone: readonly LogEntry[]) => {
    for (const entry of gone) characters -= entry.text.length;
    return gone.length;
  };
  const trimMatches = () => {
    const [first, last] = [entries[0], entries.at(-1)];
    if (!first || !last) matches = [];
    else {
      matches.splice(0, indexOf(matches, first));
      while (matches.length > 0 && compare(matches.at(-1) as Place, last) > 0) matches.pop();
    }
  };

  /** How many entries have to go, taken from the front of `order`. */
  function excess(at: (index: number) => LogEntry | undefined): number {
    const max = maxEntries();
    // Room is made a twentieth at a time: moving all entries for each line would cost more than the line.
    let gone = entries.length > max ? entries.length - max + Math.max(1, Math.floor(max / 20)) : 0;
    let left = characters;
    for (let index = 0; index < gone; index++) left -= at(index)?.text.length ?? 0;
    while (left > maxCharacters && gone < entries.length) left -= at(gone++)?.text.length ?? 0;
    return gone;
  }

  return {
    entries,
    get matches() {
      return matches;
    },
    insert(added, keep = "newest") {
      insertSorted(entries, added);
      for (const entry of added) characters += entry.text.length;
      if (pattern) {
        const wanted = pattern;
        insertSorted(
          matches,
          added.filter((entry) => holds(entry, wanted)),
        );
      }
      if (entries.length <= maxEntries() && characters <= maxCharacters) return 0;
      const gone =
        keep === "newest"
          ? count(
              entries.splice(
                0,
                excess((index) => entries[index]),
              ),
            )
          : count(entries.splice(entries.length - excess((index) => entries[entries.length - 1 - index])));
      trimMatches();
      return gone;
    },
    dropBefore(place) {
      count(entries.splice(0, indexOf(entries, place)));
      trimMatches();
    },
    clear() {
      entries.length = 0;
      matches = [];
      characters = 0;
    },
    setPattern(next) {
      pattern = next;
      matches = next ? entries.filter((entry) => holds(entry, next)) : [];
    },
  };
}
