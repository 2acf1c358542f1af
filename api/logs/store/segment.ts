import { closeSync, openSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/**
 * The store is a row of files, each a database that stands by itself: to give up the oldest lines is to remove a file,
 * and a damaged one costs its own lines only.
 */
export const STORE_FOLDER = "log-store";

const schema = `
PRAGMA user_version = 1;
CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
-- One log under one name: a renamed container gets a row more, so that its lines keep their name. 'kind' is a log source
-- kind of the protocol. Kinds other than 'container' keep a line detail in the columns of nanoseconds.
CREATE TABLE stream (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  source_id TEXT NOT NULL,
  name TEXT NOT NULL,
  -- The run that goes on when this file begins; its later ones are marks.
  run INTEGER NOT NULL,
  -- As the Engine tells when the newest run began; its end has been seen.
  started_at TEXT,
  ended INTEGER NOT NULL DEFAULT 0,
  removed INTEGER NOT NULL DEFAULT 0,
  -- Where reading goes on, as a cursor of the source; written with the lines before it.
  position TEXT,
  next_n INTEGER NOT NULL
) STRICT;
-- Lines too few for a block yet.
CREATE TABLE fresh (
  stream INTEGER NOT NULL, n INTEGER NOT NULL, us INTEGER NOT NULL, ns INTEGER NOT NULL, flags INTEGER NOT NULL,
  text BLOB NOT NULL, PRIMARY KEY (stream, n)
) STRICT, WITHOUT ROWID;
CREATE TABLE block (
  id INTEGER PRIMARY KEY, stream INTEGER NOT NULL, first_n INTEGER NOT NULL, lines INTEGER NOT NULL,
  min_us INTEGER NOT NULL, max_us INTEGER NOT NULL, bytes INTEGER NOT NULL, counts BLOB NOT NULL
) STRICT;
CREATE INDEX block_line ON block (stream, first_n);
-- Apart, so that a list of blocks does not read their content.
CREATE TABLE content (id INTEGER PRIMARY KEY, times BLOB NOT NULL, text BLOB NOT NULL) STRICT;
-- Which blocks hold which three characters; the text comes in lower case and without escape sequences.
CREATE VIRTUAL TABLE trigram USING fts5 (
  text, content = '', detail = none, columnsize = 0, tokenize = 'trigram case_sensitive 1'
);
-- Stands before line n of its stream.
CREATE TABLE mark (
  id INTEGER PRIMARY KEY, stream INTEGER NOT NULL, n INTEGER NOT NULL, us INTEGER NOT NULL, run INTEGER NOT NULL,
  kind TEXT NOT NULL, exit_code INTEGER, reason TEXT
) STRICT;
CREATE INDEX mark_line ON mark (stream, n);
`;

export const segmentPath = (folder: string, number: number): string =>
  join(folder, `${String(number).padStart(8, "0")}.db`);

/** Numbers of the files there are, oldest first. */
export function listSegments(folder: string): number[] {
  const numbers: number[] = [];
  for (const file of readdirSync(folder)) {
    const match = /^(\d{8})\.db$/.exec(file);
    if (match) numbers.push(Number(match[1]));
  }
  return numbers.sort((one, other) => one - other);
}

/** Opens a file for writing; a new one is empty. */
export function openSegment(path: string): DatabaseSync {
  // SQLite gives -wal and -shm the mode of the main file.
  closeSync(openSync(path, "a", 0o600));
  const database = new DatabaseSync(path);
  try {
    database.exec("PRAGMA journal_mode = WAL");
    // A killed process loses nothing; after a power cut lines and positions go back together, and are read again.
    database.exec("PRAGMA synchronous = NORMAL");
    database.exec("PRAGMA busy_timeout = 2000");
    database.exec("PRAGMA journal_size_limit = 4194304");
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

export const isSegment = (database: DatabaseSync): boolean =>
  database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'mark_line'").get() !== undefined;

export const makeSchema = (database: DatabaseSync): void => database.exec(schema);

/** Bytes on the disk, the write-ahead log included. */
export function segmentSize(path: string): number {
  let bytes = 0;
  for (const file of [path, `${path}-wal`]) bytes += statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  return bytes;
}

export function removeSegment(path: string): void {
  for (const file of [path, `${path}-wal`, `${path}-shm`]) rmSync(file, { force: true });
}
