import type { LogEntry, LogStream } from "./log-entry.ts";
import { type LogLevel, logLevels } from "./log-level.ts";
import { plainText } from "./terminal-text.ts";

export interface LogFilter {
  levels: ReadonlySet<LogLevel>;
  streams: ReadonlySet<LogStream>;
}

export const everything: LogFilter = { levels: new Set(logLevels), streams: new Set(["stdout", "stderr"]) };

export const isEverything = (filter: LogFilter): boolean =>
  filter.levels.size === everything.levels.size && filter.streams.size === everything.streams.size;

/** Notices always pass: a gap that is filtered away would be a silent one. */
export const passes = (filter: LogFilter, entry: LogEntry): boolean =>
  entry.kind === "notice" || (filter.levels.has(entry.level) && filter.streams.has(entry.stream));

/** Whether a line holds the needle, given in lower case. */
export const holds = (entry: LogEntry, needle: string): boolean =>
  entry.kind === "line" && plainText(entry.text).toLowerCase().includes(needle);

/** Index of the first entry whose id is `id` or greater; ids only grow. */
export function indexOfId(entries: readonly { id: number }[], id: number): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((entries[middle]?.id ?? 0) < id) low = middle + 1;
    else high = middle;
  }
  return low;
}
