import { renameSync } from "node:fs";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { transact } from "../../database/transact.ts";
import { createFlush, type Flush } from "./flush.ts";
import { isSegment, listSegments, makeSchema, openSegment, removeSegment, segmentPath } from "./segment.ts";
import { readStreams } from "./stored-streams.ts";
import type { StreamState } from "./stream-state.ts";

/** The file of the store that takes the new lines. */
export interface ActiveSegment {
  number: number;
  database: DatabaseSync;
  flush: Flush;
  /** When the file was made, in milliseconds. */
  createdAt: number;
  /** Lines that the store has given up so far, by its budget. */
  linesDropped: number;
}

export interface SegmentOptions {
  folder: string;
  /** Streams by the id of their source. A new file takes those that are present; others are deleted here. */
  streams: Map<string, StreamState>;
  /** Counts for a new file; an existing one knows its own. */
  linesDropped: number;
  now(): number;
}

/**
 * Opens the newest file of the store for writing, or makes the first one. A damaged file is quarantined as `damaged`
 * and replaced by a new one: its lines and reading positions are lost, the rest of the store stays.
 */
export function openNewestSegment(options: SegmentOptions): ActiveSegment {
  const { folder } = options;
  const number = findNewest(folder);
  try {
    return openActiveSegment(number, options);
  } catch (error) {
    if (!isDamage(error)) throw error;
    quarantineSegment(folder, number);
    return openActiveSegment(number + 1, options);
  }
}

/**
 * Opens a file of the store for writing. Makes it with all streams if it is new, else adds its streams to them.
 *
 * @throws What SQLite throws, see {@link isDamage}.
 */
export function openActiveSegment(number: number, options: SegmentOptions): ActiveSegment {
  const database = openSegment(segmentPath(options.folder, number));
  try {
    const more = isSegment(database) ? resume(database, options) : make(database, options);
    return { number, database, ...more };
  } catch (error) {
    database.close();
    throw error;
  }
}

function make(database: DatabaseSync, { streams, linesDropped, now }: SegmentOptions) {
  dropRemoved(streams);
  const present = [...streams.values()];
  const createdAt = now();
  const { flush, ids } = transact(database, () => {
    makeSchema(database);
    const setMeta = database.prepare("INSERT INTO meta (key, value) VALUES (?, ?)");
    setMeta.run("born", createdAt);
    setMeta.run("lines_dropped", linesDropped);
    const flush = createFlush(database);
    return { flush, ids: present.map((stream) => flush.addStream(stream)) };
  });
  for (const [index, stream] of present.entries()) {
    // Fresh lines and the open mark are in the file before.
    Object.assign(stream, { id: ids[index], freshLines: 0, freshBytes: 0, openMark: undefined });
  }
  return { flush, createdAt, linesDropped };
}

/** Removed streams that are kept for the return of their name: of processes, whose files may still be there. */
const MAX_REMOVED = 200;

function dropRemoved(streams: SegmentOptions["streams"]): void {
  const removed = [...streams.values()].filter((stream) => stream.removed);
  const named = removed.filter(({ kind }) => kind !== "container").sort((a, b) => b.lastUs - a.lastUs);
  const kept = new Set(named.slice(0, MAX_REMOVED));
  for (const stream of removed) if (!kept.has(stream)) streams.delete(stream.sourceId);
}

function resume(database: DatabaseSync, { streams, now }: SegmentOptions) {
  const rows = database.prepare("SELECT key, value FROM meta").all();
  const meta = new Map(rows.map(({ key, value }) => [String(key), Number(value)]));
  const flush = createFlush(database);
  for (const stream of readStreams(database)) streams.set(stream.sourceId, stream);
  return { flush, createdAt: meta.get("born") ?? now(), linesDropped: meta.get("lines_dropped") ?? 0 };
}

/**
 * Number of the newest file. Removes one that a killed server had only begun: the reading positions are in the one before.
 */
function findNewest(folder: string): number {
  const [previous, last] = listSegments(folder).slice(-2);
  if (last === undefined || previous === undefined || !isUnfinished(segmentPath(folder, last))) {
    return last ?? previous ?? 1;
  }
  removeSegment(segmentPath(folder, last));
  return previous;
}

function isUnfinished(path: string): boolean {
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

/** Keeps one damaged file for inspection, as `damaged`. It does not count towards the budget. */
export function quarantineSegment(folder: string, number: number): void {
  const path = segmentPath(folder, number);
  renameSync(path, join(folder, "damaged"));
  removeSegment(path);
}

/** Whether the error says that the file is no store file, or a broken one. */
export const isDamage = (error: unknown): boolean =>
  error instanceof Error && /not a database|malformed|no such table/.test(error.message);

/** Whether the file holds nothing that a new one would not have to hold too. */
export const isEmptySegment = ({ database }: ActiveSegment): boolean =>
  database
    .prepare(
      "SELECT 1 FROM block UNION ALL SELECT 1 FROM fresh UNION ALL SELECT 1 FROM mark UNION ALL SELECT 1 FROM stream WHERE removed = 1 AND kind = 'container' LIMIT 1",
    )
    .get() === undefined;

/** Writes the write-ahead log back into the file and closes it. */
export function closeSegment({ database }: ActiveSegment): void {
  database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  database.close();
}
