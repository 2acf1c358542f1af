import type { LogEntry, LogLine } from "./log-entry.ts";

/**
 * The Engine's two copiers may store lines out of the order of their times by their skew, so a live log that begins
 * with a line of time t may lack lines stored shortly before t and hold others from before it. A second is far above it.
 */
export const SKEW_MS = 1_000;

/** Enough of a line to tell it from another of the same millisecond; a longer one may have been cut differently. */
const HEAD = 200;

/**
 * What makes a line the same one in the live stream and in the log history. Live lines bear their milliseconds only, so
 * lines of one millisecond with the same text are distinguished by their number: the log history holds them all.
 */
const keyOf = (entry: LogEntry): string =>
  entry.kind === "line"
    ? `${entry.origin?.name ?? ""}\n${entry.stream}\n${Date.parse(entry.time)}\n${entry.text.slice(0, HEAD)}`
    : // The stream reports an event when it arrives, by the clock of the browser: only its text is the same.
      `${entry.origin?.name ?? ""}\n${entry.text}`;

/** Lines to be taken out of others, each as often as it is held. */
export interface MergeBoundary {
  hold(entries: readonly LogEntry[]): void;
  /** The entries that were not held; each takes its twin out. */
  without<T extends LogEntry>(entries: readonly T[]): T[];
}

/** Tells which lines of one source of lines the other one has as well. */
export function createMergeBoundary(): MergeBoundary {
  const held = new Map<string, LogEntry[]>();
  return {
    hold(entries) {
      for (const entry of entries) {
        const key = keyOf(entry);
        const twins = held.get(key);
        if (twins) twins.push(entry);
        else held.set(key, [entry]);
      }
    },
    without(entries) {
      if (held.size === 0) return [...entries];
      // From the newest: of equal lines the live stream has the later ones.
      const left: (typeof entries)[number][] = [];
      for (let index = entries.length - 1; index >= 0; index--) {
        const entry = entries[index] as (typeof entries)[number];
        const twin = held.get(keyOf(entry))?.pop();
        if (!twin) left.push(entry);
        else if (twin.kind === "line" && entry.kind === "line") learn(twin, entry);
      }
      return left.reverse();
    },
  };
}

/** The log history knows how to find a line again, which the live stream does not. */
function learn(twin: LogLine, line: LogLine): void {
  const storedId = twin.storedId ?? line.storedId;
  if (storedId === undefined) return;
  twin.storedId = storedId;
  line.storedId = storedId;
}
