import { closeSync, openSync, statSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { DatabaseSync } from "node:sqlite";
import { ConfigError } from "../../shared/server/config.ts";
import { makePrivateFolder } from "../../shared/server/private-file.ts";
import { migrate } from "./migrate.ts";

/** Milliseconds a statement waits for another process (a command line tool) to release the file. */
const BUSY_TIMEOUT_MS = 5_000;

/**
 * Opens `state.db` in the state folder (made with mode 0700 when missing) and brings its schema up to date.
 * Throws `ConfigError` when others may read it, or when a newer release has written it.
 */
export function openDatabase(
  dataDir: string,
  migrationsFolder = join(import.meta.dirname, "migrations"),
): DatabaseSync {
  makePrivateFolder(dataDir);
  const path = join(dataDir, "state.db");
  // SQLite gives -wal and -shm the mode of the main file, so that one has to be right before SQLite sees it.
  closeSync(openSync(path, "a", 0o600));
  for (const file of [path, `${path}-wal`, `${path}-shm`]) refuseShared(file);
  const database = new DatabaseSync(path);
  try {
    database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
    database.exec("PRAGMA journal_mode = WAL");
    database.exec("PRAGMA synchronous = FULL");
    database.exec("PRAGMA foreign_keys = ON");
    migrate(database, migrationsFolder);
    return database;
  } catch (error) {
    database.close();
    if (error instanceof Error && /not a database|malformed/.test(error.message)) {
      throw new ConfigError("The file state.db in DATA_DIR is damaged or no database; restore it from a backup.");
    }
    throw error;
  }
}

function refuseShared(path: string): void {
  if (process.platform === "win32") return;
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats && (stats.mode & 0o077) !== 0) {
    throw new ConfigError("The database in DATA_DIR can be read by other users; set the mode of its files to 0600.");
  }
}
