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

/** An untimed line has another time in each: only its text and place in the row are the same. */
const looseKeyOf = (line: LogLine): string => `${line.origin?.name ?? ""}\n${line.stream}\n${line.text.slice(0, HEAD)}`;
/** Entries after the first page among which an untimed line is looked for: older ones with its text are others. */
const LOOSE_REACH = 1_000;

/** Lines to be taken out of others, each as often as it is held. */
export interface MergeBoundary {
  hold(entries: readonly LogEntry[]): void;
  /** The entries that were not held; each takes its twin out. */
  without<T extends LogEntry>(entries: readonly T[]): T[];
}

/** Tells which lines of one source of lines the other one has as well. */
export function createMergeBoundary(): MergeBoundary {
  const held = new Map<string, LogEntry[]>();
  const loose = new Map<string, LogLine[]>();
  let passed = 0;
  const putIn = <E>(map: Map<string, E[]>, key: string, entry: E) => {
    const twins = map.get(key);
    if (twins) twins.push(entry);
    else map.set(key, [entry]);
  };
  const takeTwin = (entry: LogEntry): LogEntry | undefined => {
    if (entry.kind === "line" && entry.approximate) return loose.get(looseKeyOf(entry))?.pop();
    const twin = held.get(keyOf(entry))?.pop();
    return twin ?? (entry.kind === "line" ? loose.get(looseKeyOf(entry))?.pop() : undefined);
  };
  return {
    hold(entries) {
      for (const entry of entries) {
        if (entry.kind === "line" && entry.approximate) putIn(loose, looseKeyOf(entry), entry);
        else putIn(held, keyOf(entry), entry);
      }
    },
    without(entries) {
      if (passed > LOOSE_REACH) loose.clear();
      passed += entries.length;
      if (held.size + loose.size === 0) return [...entries];
      // From the newest: of equal lines the live stream has the later ones.
      const left: (typeof entries)[number][] = [];
      for (let index = entries.length - 1; index >= 0; index--) {
        const entry = entries[index] as (typeof entries)[number];
        const twin = takeTwin(entry);
        if (!twin) left.push(entry);
        else if (twin.kind === "line" && entry.kind === "line") learn(twin, entry);
      }
      return left.reverse();
    },
  };
}

/**
 * Leaves out untimed lines of a stream that are stored further back than what is shown: a file is stored in its order, so what
 * stands before a stored line is stored. One with the text of a stored line after it stays, since it counts for that one.
 * @param entries of the streams, in order
 * @param added those of them that were not found among the stored lines
 */
export function withoutEarlier(entries: readonly LogEntry[], added: readonly LogEntry[]): LogEntry[] {
  const fresh = new Set(added);
  const storedTexts = new Map<string, Set<string>>();
  const left: LogEntry[] = [];
  for (const entry of entries.toReversed()) {
    const file = entry.kind === "line" ? `${entry.origin?.name ?? ""}\n${entry.stream}` : "";
    const texts = storedTexts.get(file);
    if (!fresh.has(entry)) {
      if (entry.kind === "line") storedTexts.set(file, (texts ?? new Set()).add(entry.text));
    } else if (entry.kind !== "line" || !entry.approximate || !texts || texts.has(entry.text)) left.push(entry);
  }
  return left.reverse();
}

/** The log history knows how to find a line again, which the live stream does not. */
function learn(twin: LogLine, line: LogLine): void {
  const storedId = twin.storedId ?? line.storedId;
  if (storedId === undefined) return;
  twin.storedId = storedId;
  line.storedId = storedId;
}
