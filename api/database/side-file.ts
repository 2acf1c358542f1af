import { closeSync, openSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Log } from "../../shared/server/log.ts";
import { makePrivateFolder } from "../../shared/server/private-file.ts";
import { transact } from "./transact.ts";

const PAGE_BYTES = 4096;
const WAL_MAX_BYTES = 8 * 1024 * 1024;

export interface SideFileOptions {
  dataDir: string;
  /** Name of the file in the state folder, with `.db`. */
  name: string;
  /** What the file holds, for the log: `metrics`. */
  content: string;
  /** Statements that create the tables of an empty file. */
  schema: string;
  version: number;
  /** A table of the schema. */
  table: string;
  /** Largest size of the file, in bytes. */
  maxBytes: number;
  log: Log;
}

/**
 * Opens a database beside `state.db`, mode 0600, for data that the server can start without. A file that cannot be read is
 * renamed and a new one is created. Where no file can be written, the data stays in memory and is lost with the process.
 */
export function openSideFile(options: SideFileOptions): DatabaseSync {
  const { dataDir, name, content, log } = options;
  makePrivateFolder(dataDir);
  const path = join(dataDir, name);
  try {
    return open(path, options);
  } catch (error) {
    log.warn({ err: error }, `${name} cannot be read: it is renamed to ${name}.damaged and created anew`);
  }
  try {
    for (const end of ["-wal", "-shm"]) rmSync(`${path}${end}`, { force: true });
    renameSync(path, `${path}.damaged`);
    return open(path, options);
  } catch (error) {
    log.error({ err: error }, `${name} cannot be written: ${content} stays in memory only`);
    return open(":memory:", options);
  }
}

/** Changes the largest size of an open file, in bytes. */
export function limitSideFile(database: DatabaseSync, maxBytes: number): void {
  database.exec(`PRAGMA max_page_count = ${Math.ceil(maxBytes / PAGE_BYTES)}`);
}

function open(path: string, { name, schema, version, table, maxBytes }: SideFileOptions): DatabaseSync {
  // SQLite gives -wal and -shm the mode of the main file.
  if (path !== ":memory:") closeSync(openSync(path, "a", 0o600));
  const database = new DatabaseSync(path);
  try {
    database.exec(`
      PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 2000;
      PRAGMA max_page_count = ${Math.ceil(maxBytes / PAGE_BYTES)}; PRAGMA journal_size_limit = ${WAL_MAX_BYTES};`);
    const { user_version: found } = database.prepare("PRAGMA user_version").get() as { user_version: number };
    if (found === 0) transact(database, () => database.exec(`${schema}; PRAGMA user_version = ${version};`));
    else if (found !== version) throw new Error(`${name} is of version ${found}`);
    database.prepare(`SELECT count(*) FROM ${table}`).get(); // a damaged page is met here rather than at each write
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}
