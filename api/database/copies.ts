import { closeSync, mkdirSync, openSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { ConfigError } from "../../shared/server/config.ts";

/** Folder in `DATA_DIR`; a backup leaves it out. */
export const COPIES_FOLDER = "state-copies";
/** Number of copies kept. */
const COPIES_MAX = 3;
const pattern = /^state-\d{8}T\d{9}Z\.db$/;

/** Paths of the copies of `state.db` that are kept, newest first. */
export function listCopies(dataDir: string): string[] {
  const folder = join(dataDir, COPIES_FOLDER);
  try {
    return readdirSync(folder)
      .filter((name) => pattern.test(name))
      .sort()
      .reverse()
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}

/**
 * Copies the database as it is now, mode 0600, and removes the oldest copies. To restore one: stop the panel, and move the copy to
 * `state.db`, without a `state.db-wal` beside it.
 * @throws ConfigError when there is no room for it; the caller must change nothing then.
 */
export function keepCopy(database: DatabaseSync, dataDir: string): string {
  const folder = join(dataDir, COPIES_FOLDER);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `state-${new Date().toISOString().replace(/[-:.]/g, "")}.db`);
  try {
    // SQLite would create it with the mode of the process, but also writes into an empty file.
    closeSync(openSync(path, "wx", 0o600));
    database.prepare("VACUUM INTO ?").run(path);
  } catch (error) {
    rmSync(path, { force: true });
    throw new ConfigError(
      `The database cannot be brought up to date, because no copy of it can be kept in ${folder}: make room on the disk.`,
      { cause: error },
    );
  }
  for (const old of listCopies(dataDir).slice(COPIES_MAX)) rmSync(old, { force: true });
  return path;
}

/** What to do about a database that is missing or damaged. */
export function wayBack(dataDir: string): string {
  const [newest] = listCopies(dataDir);
  const copy =
    newest === undefined ? "" : `, or put ${newest} (made before the last change of its layout) in its place`;
  return `Restore a backup (deploy/restore.sh)${copy}. To start over, move everything out of ${dataDir}.`;
}
