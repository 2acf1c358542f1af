import { mkdirSync, renameSync, statfsSync } from "node:fs";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { transact } from "../../database/transact.ts";
import type { LineRecord } from "./block.ts";
import { createFlush, type Flush } from "./flush.ts";
import { toMicros } from "./line-time.ts";
import {
  isSegment,
  listSegments,
  makeSchema,
  openSegment,
  removeSegment,
  segmentPath,
  segmentSize,
} from "./segment.ts";
import type { StreamState } from "./stream-state.ts";

/** Of a file of the store: small enough that giving one up is a small loss, large enough that there are few. */
const SEGMENT_MAX_BYTES = 64 * 1024 * 1024;
const SEGMENT_MIN_BYTES = 256 * 1024;
const DAY_MS = 86_400_000;
/** The same room that uploads leave free: a twentieth of the disk, at most this. */
const FREE_MAX_BYTES = 512 * 1024 * 1024;

export interface WriterOptions {
  folder: string;
  maxBytes: number;
  maxDays: number;
  now?: () => number;
}

/** Lines of one write, by container. */
export interface Written {
  /** Number of the file they are in. */
  segment: number;
  batches: { stream: Pick<StreamState, "id" | "sourceId" | "name" | "run">; lines: readonly LineRecord[] }[];
}

export interface WriterState {
  bytesUsed: number;
  linesDropped: number;
}

export interface Writer {
  /** Containers known, removed ones of the present file included, by their full id. */
  readonly streams: ReadonlyMap<string, StreamState>;
  stream(sourceId: string, name: string): StreamState;
  /** Writes what has come in, in one transaction. Throws when the disk refuses; nothing is lost then. */
  flush(): Written;
  /** False before the disk is full: what else lives on it comes first. */
  readonly hasRoom: boolean;
  state(): WriterState;
  close(): void;
}

/** Opens the store for writing. There is one writer. */
export function openWriter({ folder, maxBytes, maxDays, now = Date.now }: WriterOptions): Writer {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const segmentBytes = Math.min(SEGMENT_MAX_BYTES, Math.max(SEGMENT_MIN_BYTES, Math.floor(maxBytes / 16)));
  const segmentMs = Math.min(DAY_MS, (maxDays * DAY_MS) / 14);
  const streams = new Map<string, StreamState>();
  let database: DatabaseSync;
  let number: number;
  let flush: Flush;
  let born = now();
  /** Bytes of the files no longer written. */
  let sealedBytes = 0;
  let linesDropped = 0;

  const begin = (segment: number) => {
    const path = segmentPath(folder, segment);
    const next = openSegment(path);
    try {
      if (isSegment(next)) take(next);
      else make(next);
    } catch (error) {
      next.close();
      throw error;
    }
    database = next;
    number = segment;
  };

  const make = (next: DatabaseSync) => {
    const kept = [...streams.values()].filter((stream) => !stream.removed);
    const at = now();
    const { writing, ids } = transact(next, () => {
      makeSchema(next);
      const setMeta = next.prepare("INSERT INTO meta (key, value) VALUES (?, ?)");
      setMeta.run("born", at);
      setMeta.run("lines_dropped", linesDropped);
      const writing = createFlush(next);
      return { writing, ids: kept.map((stream) => writing.addStream(stream)) };
    });
    for (const [index, stream] of kept.entries()) {
      stream.id = ids[index] as number;
      stream.openMark = undefined; // it is in the file before
    }
    for (const stream of streams.values()) if (stream.removed) streams.delete(stream.sourceId);
    flush = writing;
    born = at;
  };

  const take = (next: DatabaseSync) => {
    const meta = new Map(
      next
        .prepare("SELECT key, value FROM meta")
        .all()
        .map(({ key, value }) => [String(key), Number(value)]),
    );
    born = meta.get("born") ?? now();
    linesDropped = meta.get("lines_dropped") ?? 0;
    flush = createFlush(next);
    for (const stream of flush.readStreams()) streams.set(stream.sourceId, stream);
  };

  /** One damaged file is left for inspection; it does not count. */
  const setAside = (segment: number) => {
    const path = segmentPath(folder, segment);
    renameSync(path, join(folder, "damaged"));
    removeSegment(path);
  };

  const open = () => {
    const [before, last] = listSegments(folder).slice(-2);
    let newest = last ?? before ?? 1;
    if (last !== undefined && before !== undefined && isEmptyFile(segmentPath(folder, last))) {
      // Ended while it was made: where reading stands is in the one before.
      removeSegment(segmentPath(folder, last));
      newest = before;
    }
    try {
      begin(newest);
    } catch (error) {
      if (!isDamage(error)) throw error;
      // Its lines and the reading position are lost; the rest of the store continues.
      setAside(newest);
      begin(newest + 1);
    }
    for (const sealed of listSegments(folder)) {
      if (sealed !== number) sealedBytes += segmentSize(segmentPath(folder, sealed));
    }
  };

  const activeBytes = () => segmentSize(segmentPath(folder, number));

  /** Begins a new file; the old one is left whole, all its lines in blocks. */
  const roll = () => {
    flush.sealAll(streams.values());
    const old = database;
    begin(number + 1);
    old.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    old.close();
    sealedBytes += segmentSize(segmentPath(folder, number - 1));
  };

  const drop = (sealed: number) => {
    const path = segmentPath(folder, sealed);
    let lines = 0;
    try {
      const doomed = openSegment(path);
      lines = Number(doomed.prepare("SELECT total(lines) AS lines FROM block").get()?.lines ?? 0);
      doomed.close();
    } catch {
      // Damaged: it goes uncounted.
    }
    sealedBytes -= segmentSize(path);
    removeSegment(path);
    linesDropped += lines;
    database.prepare("UPDATE meta SET value = ? WHERE key = 'lines_dropped'").run(linesDropped);
  };

  const newestOf = (sealed: number): number => {
    const segment = openSegment(segmentPath(folder, sealed));
    try {
      const newest =
        "SELECT max(us) AS us FROM (SELECT max(max_us) AS us FROM block UNION ALL SELECT max(us) FROM mark)";
      return Number(segment.prepare(newest).get()?.us ?? 0);
    } finally {
      segment.close();
    }
  };

  /** Nothing in it that a new file would not have to hold as well. */
  const isEmpty = () =>
    database
      .prepare(
        "SELECT 1 FROM block UNION ALL SELECT 1 FROM fresh UNION ALL SELECT 1 FROM mark UNION ALL SELECT 1 FROM stream WHERE removed = 1 LIMIT 1",
      )
      .get() === undefined;
  /** Before a write: new lines would keep the old ones of the file beyond their time. */
  const leaveOld = () => {
    if (now() - born <= segmentMs) return;
    if (isEmpty()) born = now();
    else roll();
  };

  let agesLooked = 0;
  const keepBudget = () => {
    if (activeBytes() > segmentBytes && !isEmpty()) roll();
    const sealed = () => listSegments(folder).filter((other) => other !== number);
    let left = sealed();
    while (left.length > 0 && sealedBytes + activeBytes() > maxBytes) {
      drop(left[0] as number);
      left = sealed();
    }
    if (now() - agesLooked < segmentMs / 24 && agesLooked > 0) return;
    agesLooked = now();
    for (const other of left) {
      let newest = 0;
      try {
        newest = newestOf(other);
      } catch {
        // Damaged: by size alone it goes in its turn.
        continue;
      }
      if (newest < toMicros(now() - maxDays * DAY_MS)) drop(other);
    }
  };

  open();
  keepBudget();
  return {
    streams,
    stream(sourceId, name) {
      const known = streams.get(sourceId);
      if (known) {
        if (known.name !== name) {
          known.name = name;
          known.changed = true;
          known.renamed = true;
        }
        return known;
      }
      const stream: StreamState = {
        id: 0,
        sourceId,
        name,
        run: 0,
        startedAt: null,
        ended: false,
        removed: false,
        position: null,
        savedPosition: null,
        nextN: 0,
        renamed: false,
        lastUs: 0,
        lines: [],
        marks: [],
        freshLines: 0,
        freshBytes: 0,
        changed: true,
        openMark: undefined,
      };
      streams.set(sourceId, stream);
      return stream;
    },
    flush() {
      leaveOld();
      const pending = [...streams.values()].filter(({ lines }) => lines.length > 0);
      const taken = pending.map((stream) => ({ stream, lines: stream.lines }));
      try {
        flush.write(streams.values());
      } catch (error) {
        if (!isDamage(error)) throw error;
        // The file goes with its lines; what is pending goes into the next one.
        database.close();
        setAside(number);
        begin(number + 1);
        flush.write(streams.values());
      }
      const batches = taken.map(({ stream: { id, sourceId, name, run }, lines }) => ({
        stream: { id, sourceId, name, run },
        lines,
      }));
      const written = { segment: number, batches };
      keepBudget();
      return written;
    },
    get hasRoom() {
      const { bavail, blocks, bsize } = statfsSync(folder);
      return bavail * bsize > Math.min(FREE_MAX_BYTES, (blocks * bsize) / 20);
    },
    state: () => ({ bytesUsed: sealedBytes + activeBytes(), linesDropped }),
    close() {
      database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
      database.close();
    },
  };
}

function isEmptyFile(path: string): boolean {
  let database: DatabaseSync | undefined;
  try {
    database = openSegment(path);
    return !isSegment(database);
  } catch {
    return false;
  } finally {
    database?.close();
  }
}

const isDamage = (error: unknown) =>
  error instanceof Error && /not a database|malformed|no such table/.test(error.message);
