import { existsSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { DatabaseSync } from "node:sqlite";
import { foreignMigration, migrationsFolder, readMigrations } from "../api/database/migrate.ts";

/**
 * Checks a copy of the state folder, also that this release knows its database, and deletes all its sessions: a session that
 * was revoked after the copy would otherwise be valid again.
 */
const [folder = ""] = process.argv.slice(2);
try {
  const path = join(folder, "state.db");
  if (!existsSync(path)) throw new Error("It has no state.db.");
  const database = new DatabaseSync(path);
  const { integrity_check: verdict } = database.prepare("PRAGMA integrity_check").get() ?? {};
  if (verdict !== "ok") throw new Error("Its database is damaged.");
  const foreign = foreignMigration(database, readMigrations(migrationsFolder));
  if (foreign !== undefined) {
    throw new Error(`A newer release made it (its database has "${foreign}"): upgrade first, then restore it.`);
  }
  database.exec("DELETE FROM session");
  database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  database.close();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
