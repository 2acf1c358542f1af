import { closeSync, existsSync, openSync, statSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { DatabaseSync } from "node:sqlite";
import { ConfigError } from "../../shared/server/config.ts";
import { makePrivateFolder } from "../../shared/server/private-file.ts";
import { keepCopy, listCopies, wayBack } from "./copies.ts";
import { migrate, migrationsFolder } from "./migrate.ts";
import { WAL_MAX_BYTES } from "./wal-size.ts";

/** Milliseconds a statement waits for another process (a command line tool) to release the file. */
const BUSY_TIMEOUT_MS = 5_000;

/**
 * Opens `state.db` in the state folder (created with mode 0700 when missing) and brings its schema up to date.
 * Keeps a copy before it changes a schema.
 * Throws `ConfigError` when others may read it, when a newer release has written it, and when it is damaged, empty or missing
 * while there is other state: then nothing is changed.
 */
export function openDatabase(dataDir: string, migrations = migrationsFolder): DatabaseSync {
  makePrivateFolder(dataDir);
  const path = join(dataDir, "state.db");
  refuseLost(dataDir, path);
  // SQLite gives -wal and -shm the mode of the main file, so the main file needs the right mode before SQLite opens it.
  closeSync(openSync(path, "a", 0o600));
  for (const file of [path, `${path}-wal`, `${path}-shm`]) refuseShared(file);
  const database = new DatabaseSync(path);
  try {
    database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
    refuseDamaged(database, dataDir);
    database.exec("PRAGMA journal_mode = WAL");
    database.exec("PRAGMA synchronous = FULL");
    database.exec(`PRAGMA journal_size_limit = ${WAL_MAX_BYTES}`);
    database.exec("PRAGMA foreign_keys = ON");
    migrate(database, migrations, () => keepCopy(database, dataDir));
    return database;
  } catch (error) {
    database.close();
    if (error instanceof Error && /not a database|malformed/.test(error.message)) {
      throw new ConfigError(`The file state.db in DATA_DIR is damaged or no database. ${wayBack(dataDir)}`);
    }
    throw error;
  }
}

/** Files that only a used installation has: an empty database beside them is not a new installation. */
const witnesses = ["audit.log", "audit-key"];

/** An installation without its users would offer its set-up to the first caller. */
function refuseLost(dataDir: string, path: string): void {
  const size = statSync(path, { throwIfNoEntry: false })?.size;
  if (size !== undefined && size > 0) return;
  if (!witnesses.some((name) => existsSync(join(dataDir, name))) && listCopies(dataDir).length === 0) return;
  const what = size === undefined ? "is missing" : "is empty";
  throw new ConfigError(
    `The file state.db in DATA_DIR ${what}, and other state of this installation is there. ${wayBack(dataDir)}`,
  );
}

function refuseDamaged(database: DatabaseSync, dataDir: string): void {
  const { quick_check: verdict } = database.prepare("PRAGMA quick_check(1)").get() ?? {};
  if (verdict !== "ok") throw new ConfigError(`The file state.db in DATA_DIR is damaged. ${wayBack(dataDir)}`);
  const tables = database.prepare("SELECT count(*) AS tables FROM sqlite_schema").get()?.tables;
  if (tables === 0 && witnesses.some((name) => existsSync(join(dataDir, name)))) {
    throw new ConfigError(
      `The database state.db in DATA_DIR holds nothing, and other state of this installation is there. ${wayBack(dataDir)}`,
    );
  }
}

function refuseShared(path: string): void {
  if (process.platform === "win32") return;
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats && (stats.mode & 0o077) !== 0) {
    throw new ConfigError("The database in DATA_DIR can be read by other users; set the mode of its files to 0600.");
  }
}
