import { closeSync, openSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Log } from "../../shared/server/log.ts";
import { makePrivateFolder } from "../../shared/server/private-file.ts";
import { transact } from "../database/transact.ts";

const SCHEMA_VERSION = 1;
/** Largest size of the file, in bytes. About a hundred containers over a month take a tenth of it. */
const FILE_MAX_BYTES = 256 * 1024 * 1024;
const PAGE_BYTES = 4096;
const WAL_MAX_BYTES = 8 * 1024 * 1024;

/** Levels from fine to coarse; the rows of one level are combined into rows of the next. */
export const levels = ["raw", "minute", "coarse"] as const;
export type Level = (typeof levels)[number];

const table = (level: Level) => `
  CREATE TABLE ${level} (
    series INTEGER NOT NULL, at INTEGER NOT NULL,
    cpu REAL NOT NULL, cpu_max REAL NOT NULL,
    memory INTEGER NOT NULL, memory_max INTEGER NOT NULL, memory_limit INTEGER NOT NULL,
    rx REAL NOT NULL, tx REAL NOT NULL, first REAL NOT NULL, second REAL NOT NULL,
    PRIMARY KEY (series, at)
  ) WITHOUT ROWID;`;
const schema = `
  CREATE TABLE series (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, container TEXT NOT NULL, UNIQUE (name, container)
  );
  CREATE TABLE rolled (level TEXT PRIMARY KEY, until INTEGER NOT NULL) WITHOUT ROWID;
  ${levels.map(table).join("")}
  PRAGMA user_version = ${SCHEMA_VERSION};`;

/**
 * Opens `history.db` in the state folder, mode 0600. A file that cannot be read is renamed and a new one is created, since
 * the server has to start without old metrics too. Where no file can be written, metrics stay in memory and are lost with
 * the process.
 */
export function openHistoryFile(dataDir: string, log: Log): DatabaseSync {
  makePrivateFolder(dataDir);
  const path = join(dataDir, "history.db");
  try {
    return open(path);
  } catch (error) {
    log.warn({ err: error }, "history.db cannot be read: it is put aside as history.db.damaged and begun anew");
  }
  try {
    for (const end of ["-wal", "-shm"]) rmSync(`${path}${end}`, { force: true });
    renameSync(path, `${path}.damaged`);
    return open(path);
  } catch (error) {
    log.error({ err: error }, "history.db cannot be written: metrics are kept in memory only");
    return open(":memory:");
  }
}

function open(path: string): DatabaseSync {
  // SQLite gives -wal and -shm the mode of the main file.
  if (path !== ":memory:") closeSync(openSync(path, "a", 0o600));
  const database = new DatabaseSync(path);
  try {
    database.exec(`
      PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 2000;
      PRAGMA max_page_count = ${FILE_MAX_BYTES / PAGE_BYTES}; PRAGMA journal_size_limit = ${WAL_MAX_BYTES};`);
    const { user_version: version } = database.prepare("PRAGMA user_version").get() as { user_version: number };
    if (version === 0) transact(database, () => database.exec(schema));
    else if (version !== SCHEMA_VERSION) throw new Error(`history.db is of version ${version}`);
    database.prepare("SELECT count(*) FROM rolled").get(); // a damaged page is met here rather than at each sample
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}
