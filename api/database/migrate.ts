import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { ConfigError } from "../../shared/server/config.ts";
import { transact } from "./transact.ts";

interface Migration {
  number: number;
  name: string;
  path: string;
}

/**
 * Applies the `NNN-name.sql` files of a folder that the database does not have yet, in order of their numbers, each in
 * a transaction of its own together with the record that it ran. Throws `ConfigError` when a newer release wrote the database.
 * @param keep Called before a non-empty database is changed; an error it throws leaves the database unchanged.
 */
export function migrate(database: DatabaseSync, folder: string, keep: () => void): void {
  const migrations = readMigrations(folder);
  database.exec(
    "CREATE TABLE IF NOT EXISTS migration (number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at TEXT NOT NULL) STRICT",
  );
  const unknown = foreignMigration(database, migrations);
  if (unknown !== undefined) {
    throw new ConfigError(
      `The database in DATA_DIR was written by another release (it knows "${unknown}"); start that release, or restore a backup.`,
    );
  }
  const applied = new Set(
    database
      .prepare("SELECT number FROM migration")
      .all()
      .map((row) => Number(row.number)),
  );
  if (applied.size > 0 && migrations.some(({ number }) => !applied.has(number))) keep();
  for (const migration of migrations) apply(database, migration);
}

/** Migrations of the panel. */
export const migrationsFolder = join(import.meta.dirname, "migrations");

export function readMigrations(folder: string): Migration[] {
  const migrations = readdirSync(folder)
    .filter((file) => file.endsWith(".sql"))
    .map((file) => {
      const [, number, name] = /^(\d{3})-([a-z0-9-]+)\.sql$/.exec(file) ?? [];
      if (!number || !name) throw new Error(`A migration must be called NNN-name.sql, not ${file}`);
      return { number: Number(number), name, path: join(folder, file) };
    })
    .sort((one, other) => one.number - other.number);
  const twice = migrations.find(({ number }, index) => migrations[index + 1]?.number === number);
  if (twice) throw new Error(`Two migrations have the number ${twice.number}`);
  return migrations;
}

/** The first migration of a database that is not among these: another release, mostly a newer one, wrote it. */
export function foreignMigration(database: DatabaseSync, migrations: readonly Migration[]): string | undefined {
  const known = new Map(migrations.map(({ number, name }) => [number, name]));
  const applied = database.prepare("SELECT number, name FROM migration ORDER BY number").all();
  const foreign = applied.find(({ number, name }) => known.get(Number(number)) !== name);
  return foreign === undefined ? undefined : String(foreign.name);
}

function apply(database: DatabaseSync, { number, name, path }: Migration): void {
  // The write lock comes first: of two processes that start at once, the second sees the changes of the first.
  transact(database, () => {
    if (database.prepare("SELECT 1 FROM migration WHERE number = ?").get(number)) return;
    database.exec(readFileSync(path, "utf8"));
    database
      .prepare("INSERT INTO migration (number, name, applied_at) VALUES (?, ?, ?)")
      .run(number, name, new Date().toISOString());
  });
}
