import { closeSync, openSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Log } from "../../shared/server/log.ts";
import { makePrivateFolder } from "../../shared/server/private-file.ts";
import { isDamage } from "./damage.ts";
import { transact } from "./transact.ts";
import { WAL_MAX_BYTES } from "./wal-size.ts";

const PAGE_BYTES = 4096;
/** Larger files are not searched for damaged pages: the start would take seconds. */
const CHECKED_MAX_BYTES = 1024 ** 3;

export interface SideFileOptions {
  dataDir: string;
  /** Name of the file in the state folder, with `.db`. */
  name: string;
  /** What the file holds, for the log: `metrics`. */
  content: string;
  /** Statements that create the tables of an empty file. */
  schema: string;
  version: number;
  /** Largest size of the file, in bytes. */
  maxBytes: number;
  log: Log;
}

/**
 * Opens a database beside `state.db`, mode 0600, for data that the server can start without. A file that is damaged, or of
 * another version, is renamed and a new one is created. Where the file cannot be opened for another reason (no space, a lock,
 * missing rights), it stays as it is; the data is then in memory, and lost with the process.
 *
 * @param use Creates what reads and writes the database. What it throws counts as a file that cannot be opened.
 */
export function openSideFile<T>(options: SideFileOptions, use: (database: DatabaseSync) => T): T {
  const { dataDir, name, content, log } = options;
  makePrivateFolder(dataDir);
  const path = join(dataDir, name);
  const inMemory = (error: unknown): T => {
    log.error({ err: error }, `${name} cannot be opened: ${content} stays in memory only, until the next start`);
    return open(":memory:", options, use);
  };
  try {
    return open(path, options, use);
  } catch (error) {
    if (!isDamage(error)) return inMemory(error);
    log.warn({ err: error }, `${name} cannot be read: it is renamed to ${name}.damaged and created anew`);
  }
  try {
    for (const end of ["-wal", "-shm"]) rmSync(`${path}${end}`, { force: true });
    renameSync(path, `${path}.damaged`);
    return open(path, options, use);
  } catch (error) {
    return inMemory(error);
  }
}

/** Changes the largest size of an open file, in bytes. */
export function limitSideFile(database: DatabaseSync, maxBytes: number): void {
  database.exec(`PRAGMA max_page_count = ${Math.ceil(maxBytes / PAGE_BYTES)}`);
}

function open<T>(
  path: string,
  { name, schema, version, maxBytes }: SideFileOptions,
  use: (from: DatabaseSync) => T,
): T {
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
    else checkPages(database, path);
    return use(database);
  } catch (error) {
    database.close();
    throw error;
  }
}

/** A damaged page is met here rather than at each read and write. */
function checkPages(database: DatabaseSync, path: string): void {
  if (statSync(path).size > CHECKED_MAX_BYTES) return;
  const { quick_check: verdict } = database.prepare("PRAGMA quick_check(1)").get() ?? {};
  if (verdict !== "ok") throw new Error(String(verdict));
}
