import { type LineState, type LogBatch, type LogEntry, type LogNotice, type NoticeTone, toLines } from "./log-entry.ts";

export interface LogBufferOptions {
  /** Most entries kept. */
  maxEntries?: number;
  /** Most characters kept, since a line may be a megabyte long. */
  maxCharacters?: number;
}

export interface LogBuffer {
  readonly entries: readonly LogEntry[];
  /** Adds lines; returns what was added and how many of the oldest had to go. */
  append(batches: readonly LogBatch[]): Appended;
  notice(text: string, tone: NoticeTone, time: string): Appended;
  clear(): void;
}

export interface Appended {
  added: readonly LogEntry[];
  evicted: number;
}

/** The newest entries of a log, bounded by count and by size; the oldest go first, a twentieth at a time. */
export function createLogBuffer({
  maxEntries = 100_000,
  maxCharacters = 64_000_000,
}: LogBufferOptions = {}): LogBuffer {
  const slack = Math.max(1, Math.floor(maxEntries / 20));
  const entries: LogEntry[] = [];
  let characters = 0;
  let lastId = 0;

  function add(added: readonly LogEntry[]): Appended {
    for (const entry of added) {
      entries.push(entry);
      characters += entry.text.length;
    }
    if (entries.length <= maxEntries && characters <= maxCharacters) return { added, evicted: 0 };
    let evicted = entries.length > maxEntries ? entries.length - maxEntries + slack : 0;
    for (let index = 0; index < evicted; index++) characters -= entries[index]?.text.length ?? 0;
    while (characters > maxCharacters && evicted < entries.length) {
      characters -= entries[evicted]?.text.length ?? 0;
      evicted++;
    }
    entries.splice(0, evicted);
    return { added, evicted };
  }

  const nextId = () => ++lastId;
  const state: LineState = { nextId, lastLevel: { stdout: "none", stderr: "none" } };
  return {
    entries,
    append: (batches) => add(batches.flatMap((batch) => toLines(batch, state))),
    notice(text, tone, time) {
      const notice: LogNotice = { kind: "notice", id: nextId(), text, tone, time };
      return add([notice]);
    },
    clear() {
      entries.length = 0;
      characters = 0;
    },
  };
}
