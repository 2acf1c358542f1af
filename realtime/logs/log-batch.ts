import { advance, type LogLine, type Position } from "../../shared/logs/log-source.ts";

/** Lines that are sent as one event: of one stream of one instance, in order. */
export interface LogBatch {
  data: string;
  time: string;
  /** Milliseconds by which each line is older than `time`; undefined when all share one time. */
  ages: number[] | undefined;
  error: boolean;
  instance: number | undefined;
  approximate: true | undefined;
  /** Position of a reader that has the batch. */
  position: Position;
}

/** Batches of one live flush that keep the order in which streams alternate; with more, each stream is sent as one batch. */
export const MAX_LIVE_BATCHES = 32;
/**
 * Characters of one event. Larger events delay those behind them, and strings beyond 128 KB are allocated in V8's old
 * generation, which a log of 40 MB/s fills with garbage.
 */
const MAX_BATCH_CHARS = 64 * 1024;

const keyOf = (line: LogLine) => `${line.error ? "e" : "o"}${line.approximate ? "a" : ""}${line.instance ?? ""}`;

function splitBatches(lines: readonly LogLine[]): LogLine[][] {
  const batches: LogLine[][] = [];
  let batch: LogLine[] = [];
  let chars = 0;
  for (const line of lines) {
    const before = batch[0];
    const sameWriter = before?.error === line.error && before.instance === line.instance;
    const sameStream = sameWriter && before?.approximate === line.approximate;
    if (before && (!sameStream || chars + line.text.length > MAX_BATCH_CHARS)) {
      batches.push(batch);
      batch = [];
      chars = 0;
    }
    chars += line.text.length;
    batch.push(line);
  }
  if (batch.length > 0) batches.push(batch);
  return batches;
}

/** Length of an ISO 8601 time down to its millisecond. */
const MILLISECOND_LENGTH = 23;

/** Returns the milliseconds from each line to the last one; undefined when all lines have the same time. */
function agesOf(batch: readonly LogLine[], last: string): number[] | undefined {
  if (batch.every((line) => line.time === last)) return undefined;
  const end = Date.parse(`${last.slice(0, MILLISECOND_LENGTH)}Z`);
  let known = "";
  let age = 0;
  return batch.map(({ time }) => {
    if (known === "" || !time.startsWith(known)) {
      known = time.slice(0, MILLISECOND_LENGTH);
      age = Math.max(0, end - Date.parse(`${known}Z`));
    }
    return age;
  });
}

/**
 * Groups lines into as few events as their streams and sizes allow. Order is kept within a stream, as the source promises it.
 * @param from position of a reader that lacks the lines
 * @param maxBatches batches that keep the order of alternating streams
 */
export function toBatches(lines: readonly LogLine[], from: Position, maxBatches: number): LogBatch[] {
  let split = splitBatches(lines);
  if (split.length > maxBatches) {
    const byStream = Map.groupBy(lines, keyOf);
    split = splitBatches([...byStream.values()].flat());
  }
  let position = from;
  return split.map((batch) => {
    position = advance(position, batch);
    const last = batch.at(-1) as LogLine;
    return {
      data: batch.map((line) => line.text).join(""),
      time: last.time,
      ages: agesOf(batch, last.time),
      error: last.error,
      instance: last.instance,
      approximate: last.approximate,
      position,
    };
  });
}
