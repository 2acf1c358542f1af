import { mkdirSync, statfsSync } from "node:fs";
import {
  type ActiveSegment,
  closeSegment,
  isDamage,
  isEmptySegment,
  openActiveSegment,
  openNewestSegment,
  quarantineSegment,
} from "./active-segment.ts";
import type { LineRecord } from "./block.ts";
import { toMicros } from "./line-time.ts";
import { createSealedSegments, type SealedSegments } from "./sealed-segments.ts";
import { segmentPath, segmentSize } from "./segment.ts";
import { createStream, type LogSubject, type StreamState } from "./stream-state.ts";

/** Size of a file of the store: small enough that dropping one loses little, large enough that there are few. */
const MAX_SEGMENT_BYTES = 64 * 1024 * 1024;
const MIN_SEGMENT_BYTES = 256 * 1024;
const DAY_MS = 86_400_000;
/** Free space that is left on the disk, as uploads leave it: a twentieth of the disk, at most this. */
const MAX_FREE_BYTES = 512 * 1024 * 1024;

export interface WriterOptions {
  folder: string;
  maxBytes: number;
  maxDays: number;
  now?: () => number;
}

/** Lines of one write, by stream. */
export interface Written {
  /** Number of the file they are in. */
  segment: number;
  batches: { stream: LogSubject & Pick<StreamState, "id" | "run">; lines: readonly LineRecord[] }[];
}

export interface WriterState {
  bytesUsed: number;
  linesDropped: number;
}

export interface Writer {
  /** The known streams by the id of their source, with the removed ones of the active file. */
  readonly streams: ReadonlyMap<string, StreamState>;
  /** Finds, adds or renames a stream. */
  stream(subject: LogSubject): StreamState;
  /** Writes everything that is pending, in one transaction. @throws What the disk refuses; nothing is lost then. */
  flush(): Written;
  /** False before the disk is full: its other users come first. */
  readonly hasRoom: boolean;
  state(): WriterState;
  /** Changes the budgets and drops what is over them. */
  setLimits(maxBytes: number, maxDays: number): void;
  close(): void;
}

/** Opens the store for writing. There is one writer. */
export function openWriter({ folder, maxBytes, maxDays, now = Date.now }: WriterOptions): Writer {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const streams = new Map<string, StreamState>();
  const active = openNewestSegment({ folder, streams, now, linesDropped: 0 });
  const sealed = createSealedSegments(folder, active.number);
  const limits = segmentLimits(maxBytes, maxDays);
  const store: Store = { folder, streams, now, limits, active, sealed, agesCheckedAt: undefined };
  keepBudget(store);
  return {
    streams,
    stream: (subject) => findStream(streams, subject),
    flush: () => flush(store),
    get hasRoom() {
      const { bavail, blocks, bsize } = statfsSync(folder);
      return bavail * bsize > Math.min(MAX_FREE_BYTES, (blocks * bsize) / 20);
    },
    state: () => ({ bytesUsed: usedBytes(store), linesDropped: store.active.linesDropped }),
    setLimits(maxBytes, maxDays) {
      store.limits = segmentLimits(maxBytes, maxDays);
      store.agesCheckedAt = undefined;
      keepBudget(store);
    },
    close: () => closeSegment(store.active),
  };
}

interface StoreLimits {
  maxBytes: number;
  maxAgeMs: number;
  /** Size and age at which the active file is sealed and a new one made. */
  segmentBytes: number;
  segmentMs: number;
}

/** A file holds about a sixteenth of the budget of bytes and a fourteenth of the days, within the bounds of a file. */
function segmentLimits(maxBytes: number, maxDays: number): StoreLimits {
  return {
    maxBytes,
    maxAgeMs: maxDays * DAY_MS,
    segmentBytes: Math.min(MAX_SEGMENT_BYTES, Math.max(MIN_SEGMENT_BYTES, Math.floor(maxBytes / 16))),
    segmentMs: Math.min(DAY_MS, (maxDays * DAY_MS) / 14),
  };
}

interface Store {
  folder: string;
  streams: Map<string, StreamState>;
  now(): number;
  limits: StoreLimits;
  active: ActiveSegment;
  sealed: SealedSegments;
  /** When the ages of the sealed files were last compared with the budget. */
  agesCheckedAt: number | undefined;
}

const activeBytes = ({ folder, active }: Store) => segmentSize(segmentPath(folder, active.number));
const usedBytes = (store: Store) => store.sealed.bytes + activeBytes(store);

function findStream(streams: Map<string, StreamState>, subject: LogSubject): StreamState {
  const { sourceId, name } = subject;
  const known = streams.get(sourceId);
  if (!known) {
    const stream = createStream(subject);
    streams.set(sourceId, stream);
    return stream;
  }
  if (known.name !== name) Object.assign(known, { name, changed: true, renamed: true });
  return known;
}

function flush(store: Store): Written {
  sealIfOld(store);
  const { streams } = store;
  const pending = [...streams.values()].filter(({ lines }) => lines.length > 0);
  const taken = pending.map((stream) => ({ stream, lines: stream.lines }));
  try {
    store.active.flush.write(streams.values());
  } catch (error) {
    if (!isDamage(error)) throw error;
    // The lines of the damaged file are lost; pending ones go into a new file.
    store.active.database.close();
    quarantineSegment(store.folder, store.active.number);
    store.active = openActiveSegment(store.active.number + 1, { ...store, linesDropped: store.active.linesDropped });
    store.active.flush.write(streams.values());
  }
  const batches = taken.map(({ stream: { id, kind, sourceId, name, run }, lines }) => ({
    stream: { id, kind, sourceId, name, run },
    lines,
  }));
  const written = { segment: store.active.number, batches };
  keepBudget(store);
  return written;
}

/** Seals the active file, with all its lines in blocks, and makes a new one. */
function roll(store: Store): void {
  const old = store.active;
  old.flush.sealAll(store.streams.values());
  store.active = openActiveSegment(old.number + 1, { ...store, linesDropped: old.linesDropped });
  closeSegment(old);
  store.sealed.add(old.number);
}

/** Runs before a write: new lines would keep the old ones of the same file beyond their age. */
function sealIfOld(store: Store): void {
  if (store.now() - store.active.createdAt <= store.limits.segmentMs) return;
  if (isEmptySegment(store.active)) store.active.createdAt = store.now();
  else roll(store);
}

/** Drops the oldest files while the store is over its budget of bytes, and those past the budget of days. */
function keepBudget(store: Store): void {
  const { limits, sealed, now } = store;
  if (activeBytes(store) > limits.segmentBytes && !isEmptySegment(store.active)) roll(store);
  for (const number of sealed.numbers()) {
    if (usedBytes(store) <= limits.maxBytes) break;
    drop(store, number);
  }
  if (store.agesCheckedAt !== undefined && now() - store.agesCheckedAt < limits.segmentMs / 24) return;
  store.agesCheckedAt = now();
  const oldest = toMicros(now() - limits.maxAgeMs);
  for (const number of sealed.numbers()) if (isOlder(sealed, number, oldest)) drop(store, number);
}

function isOlder(sealed: SealedSegments, number: number, us: number): boolean {
  try {
    return sealed.newestTime(number) < us;
  } catch {
    // A damaged file goes by its size alone, in its turn.
    return false;
  }
}

function drop({ active, sealed }: Store, number: number): void {
  active.linesDropped += sealed.drop(number);
  active.database.prepare("UPDATE meta SET value = ? WHERE key = 'lines_dropped'").run(active.linesDropped);
}
