import type { Appended, LogBuffer } from "./log-buffer.ts";
import type { LogEntry } from "./log-entry.ts";
import { everything, holds, indexOfId, isEverything, type LogFilter, passes } from "./log-filter.ts";

/** What of a buffer is shown, and which of the shown lines match the search; kept up line by line, never rescanned. */
export interface LogView {
  /** Shown entries, oldest first; the same array as long as the view lives is not promised. */
  readonly shown: readonly LogEntry[];
  /** Ids of the shown lines that match, oldest first. */
  readonly matches: readonly number[];
  update(appended: Appended): void;
  setFilter(filter: LogFilter): void;
  setSearch(needle: string): void;
  clear(): void;
}

export function createLogView(buffer: LogBuffer): LogView {
  let filter = everything;
  let filtered: LogEntry[] | null = null;
  let needle = "";
  let matches: number[] = [];

  const shown = () => filtered ?? buffer.entries;

  function dropOld() {
    const oldest = buffer.entries[0]?.id ?? Number.POSITIVE_INFINITY;
    if (filtered) filtered.splice(0, indexOfId(filtered, oldest));
    let gone = 0;
    while (gone < matches.length && (matches[gone] ?? 0) < oldest) gone++;
    if (gone > 0) matches.splice(0, gone);
  }

  function search() {
    matches = [];
    if (needle === "") return;
    for (const entry of shown()) if (holds(entry, needle)) matches.push(entry.id);
  }

  return {
    get shown() {
      return shown();
    },
    get matches() {
      return matches;
    },
    update({ added, evicted }) {
      for (const entry of added) {
        if (!passes(filter, entry)) continue;
        filtered?.push(entry);
        if (needle !== "" && holds(entry, needle)) matches.push(entry.id);
      }
      if (evicted > 0) dropOld();
    },
    setFilter(next) {
      filter = next;
      filtered = isEverything(next) ? null : buffer.entries.filter((entry) => passes(next, entry));
      search();
    },
    setSearch(text) {
      needle = text.toLowerCase();
      search();
    },
    clear() {
      filtered = filtered ? [] : null;
      matches = [];
    },
  };
}
