import type { RunChange } from "../../../shared/logs/container-runs.ts";
import { detectLevel, isContinuation, LEVEL_LOOK_MAX, type LogLevel, logLevels } from "../../../shared/logs/level.ts";
import type { LogLine } from "../../../shared/logs/log-source.ts";
import { toPlain, withoutLineEnd } from "../../../shared/logs/plain-text.ts";
import type { LogGapReason } from "../../../shared/protocol/log-search.ts";
import type { Log } from "../../../shared/server/log.ts";
import { type LineRecord, STDERR } from "../store/block.ts";
import { parseLineTime, toMicros } from "../store/line-time.ts";
import type { MarkRecord, StreamState } from "../store/stream-state.ts";
import type { Writer, Written } from "../store/writer.ts";

/** Lines are written together this often, sooner when there are many. */
const FLUSH_MS = 200;
const FLUSH_SIZE = 1024 * 1024;
/** Beyond it those who bring lines wait: the Engine then holds them. */
const PENDING_MAX = 4 * 1024 * 1024;
/** A disk that is full is looked at again this often. */
const RETRY_MS = 5_000;
/** An end that is older than lines before it by more than this comes from a clock that was set back. */
const SET_BACK_US = 60_000_000;

export interface IngestOptions {
  writer: Writer;
  log: Log;
  /** What has just been written. */
  onWritten?(written: Written): void;
}

export interface IngestMetrics {
  /** Lines taken in since the ingest was made. */
  linesTaken: number;
  /** Of lines that are not written yet; about. */
  pendingBytes: number;
  /** How long the first of them has waited; 0 when all are written. */
  lagMs: number;
  /** Containers whose reading waits for room. */
  waiting: number;
}

/** Takes in lines and what happens between them, and has them written in batches. */
export interface Ingest {
  /** Makes a container known, or renames it. */
  stream(sourceId: string, name: string, createdAt?: string): StreamState;
  find(sourceId: string): StreamState | undefined;
  streams(): StreamState[];
  /** Time up to which the store had come when it was opened, in milliseconds; undefined for an empty one. */
  readonly seenUntil: number | undefined;
  /** `cursor` is where reading continues after the lines. Returns a promise when more should wait. */
  put(stream: StreamState, lines: readonly LogLine[], cursor: string): Promise<void> | undefined;
  /** A run begins with the next line. */
  beginRun(stream: StreamState, startedAt: string | null): void;
  /** Ends or begins a run with the next line. `cursor` is where reading continues after it. */
  noteChange(stream: StreamState, change: RunChange, cursor: string): void;
  noteGap(stream: StreamState, reason: LogGapReason, time?: string): void;
  noteRemoval(stream: StreamState): void;
  /** Why nothing is written now. */
  readonly trouble: string | undefined;
  figures(): IngestMetrics;
  /** Keeps the budget of days when nothing comes in. */
  tend(): void;
  /** Lets go of everybody who waits. */
  release(): void;
  /** Writes what is left. */
  close(): void;
}

export function createIngest({ writer, log, onWritten }: IngestOptions): Ingest {
  let pending = 0;
  let pendingSince: number | undefined;
  let linesTaken = 0;
  let timer: NodeJS.Timeout | undefined;
  let waiting: (() => void)[] = [];
  let trouble: string | undefined;
  let released = false;
  /** Level of the last line of stdout and of stderr: continuation lines have it too. */
  const levelsAbove = new WeakMap<StreamState, Record<number, LogLevel>>();
  /** The container that bore a name last. */
  const owners = new Map<string, string>();
  for (const { name, sourceId } of writer.streams.values()) owners.set(name, sourceId);
  const newest = Math.max(0, ...[...writer.streams.values()].map(({ lastUs }) => lastUs));

  const schedule = (ms: number) => {
    timer ??= setTimeout(flush, ms);
  };
  const release = () => {
    const all = waiting;
    waiting = [];
    for (const go of all) go();
  };
  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    try {
      if (!writer.hasRoom) throw new Error("the disk is nearly full");
      const written = writer.flush();
      pending = 0;
      pendingSince = undefined;
      if (trouble) log.info("logs are kept again");
      trouble = undefined;
      release();
      onWritten?.(written);
    } catch (error) {
      if (!trouble) log.warn({ err: error }, "logs cannot be kept for now");
      trouble = isFull(error)
        ? "The disk is nearly full: logs are kept again once there is room."
        : "The log store cannot be written; the server's log says why.";
      if (!released) schedule(RETRY_MS);
    }
  };

  const mark = (stream: StreamState, more: Omit<MarkRecord, "n" | "run"> & { n?: number }) => {
    stream.marks.push({ n: stream.nextN, run: stream.run, ...more });
    stream.changed = true;
    schedule(FLUSH_MS);
  };
  const now = () => toMicros(Date.now());
  const usOf = (time: string | null | undefined) => (time ? toMicros(Date.parse(time)) : now());

  /** A run stands before its first line, and after the last one before it. */
  const beginRun = (stream: StreamState, startedAt: string | null) => {
    stream.run++;
    levelsAbove.delete(stream);
    stream.startedAt = startedAt;
    stream.ended = false;
    mark(stream, { kind: "started", us: placeOf(stream, startedAt) });
  };
  const placeOf = ({ lastUs }: StreamState, time: string | null) => {
    const us = time === null ? lastUs + 1 : usOf(time);
    return lastUs - us > SET_BACK_US ? us : Math.max(us, lastUs + 1);
  };
  const endRun = (stream: StreamState, { time, exitCode, unknownEnds }: RunChange) => {
    if (stream.run === 0) stream.run = 1;
    stream.ended = true;
    const us = placeOf(stream, time);
    stream.lastUs = Math.max(stream.lastUs, us);
    mark(stream, { kind: "exited", us, exitCode, unknownEnds });
  };

  const toRecord = (stream: StreamState, { time, text, error }: LogLine): LineRecord => {
    const { us, ns } = parseLineTime(time);
    const line = withoutLineEnd(text);
    const flag = error ? STDERR : 0;
    const plain = toPlain(line.length > LEVEL_LOOK_MAX ? line.slice(0, LEVEL_LOOK_MAX) : line);
    const above = levelsAbove.get(stream) ?? {};
    const head = above[flag] ?? "unknown";
    const continues = isContinuation(plain, head);
    above[flag] = continues ? head : detectLevel(plain);
    levelsAbove.set(stream, above);
    stream.lastUs = Math.max(stream.lastUs, us);
    return { n: stream.nextN++, us, ns, flags: logLevels.indexOf(above[flag]) | flag, text: line, continues };
  };

  return {
    stream(sourceId, name, createdAt) {
      const stream = writer.stream(sourceId, name);
      const owner = owners.get(name);
      owners.set(name, sourceId);
      if (owner !== undefined && owner !== sourceId) mark(stream, { kind: "replaced", us: usOf(createdAt) });
      if (stream.changed) schedule(FLUSH_MS);
      return stream;
    },
    find: (sourceId) => writer.streams.get(sourceId),
    streams: () => [...writer.streams.values()],
    seenUntil: newest === 0 ? undefined : newest / 1000,
    put(stream, lines, cursor) {
      for (const line of lines) {
        const record = toRecord(stream, line);
        stream.lines.push(record);
        pending += record.text.length + 64;
      }
      linesTaken += lines.length;
      if (lines.length > 0) pendingSince ??= performance.now();
      if (lines.length === 0 && stream.position === cursor) return undefined;
      stream.position = cursor;
      stream.changed = true;
      if (pending > FLUSH_SIZE && !trouble) flush();
      else schedule(FLUSH_MS);
      if (pending <= PENDING_MAX || released) return undefined;
      return new Promise((resolve) => waiting.push(resolve));
    },
    beginRun,
    noteChange(stream, change, cursor) {
      if (change.kind === "started") beginRun(stream, change.known.startedAt);
      else endRun(stream, change);
      stream.position = cursor;
    },
    noteGap: (stream, reason, time) =>
      mark(stream, { kind: "gap", reason, us: time === undefined ? stream.lastUs + 1 : parseLineTime(time).us }),
    noteRemoval(stream) {
      if (stream.removed) return;
      stream.removed = true;
      mark(stream, { kind: "removed", us: Math.max(now(), stream.lastUs + 1) });
    },
    get trouble() {
      return trouble;
    },
    figures: () => ({
      linesTaken,
      pendingBytes: pending,
      waiting: waiting.length,
      lagMs: pendingSince === undefined ? 0 : performance.now() - pendingSince,
    }),
    tend: flush,
    release() {
      released = true;
      release();
    },
    close() {
      clearTimeout(timer);
      timer = undefined;
      if (!trouble) flush();
      clearTimeout(timer);
    },
  };
}

const isFull = (error: unknown) =>
  error instanceof Error && /nearly full|database or disk is full|ENOSPC/.test(error.message);
