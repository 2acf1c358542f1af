import { existsSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { DatabaseSync } from "node:sqlite";

/**
 * Looks whether a copy of the state folder is whole, and ends every session in it: one that was revoked after the copy
 * was made would otherwise be valid again.
 */
const [folder = ""] = process.argv.slice(2);
try {
  const path = join(folder, "state.db");
  if (!existsSync(path)) throw new Error("There is no state.db in it.");
  const database = new DatabaseSync(path);
  const { integrity_check: verdict } = database.prepare("PRAGMA integrity_check").get() ?? {};
  if (verdict !== "ok") throw new Error("Its database is damaged.");
  database.exec("DELETE FROM session");
  database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  database.close();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
