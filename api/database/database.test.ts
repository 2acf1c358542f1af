import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ConfigError } from "../../shared/server/config.ts";
import { listCopies } from "./copies.ts";
import { openDatabase } from "./database.ts";
import { WAL_MAX_BYTES } from "./wal-size.ts";

let folder: string;
let dataDir: string;
let migrations: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "database-"));
  dataDir = join(folder, "data");
  migrations = join(folder, "migrations");
  mkdirSync(migrations);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const addMigration = (file: string, sql: string) => writeFileSync(join(migrations, file), sql);
const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);
const open = () => openDatabase(dataDir, migrations);

test("makes the folder 0700 and every file of the database 0600, whatever the umask", () => {
  const umask = process.umask(0);
  try {
    addMigration("001-note.sql", "CREATE TABLE note (text TEXT)");
    const database = open();
    expect(modeOf(dataDir)).toBe("700");
    for (const file of ["state.db", "state.db-wal", "state.db-shm"]) expect(modeOf(join(dataDir, file))).toBe("600");
    database.close();
  } finally {
    process.umask(umask);
  }
});

test("writes ahead, syncs in full and holds foreign keys", () => {
  const database = open();
  expect(database.prepare("PRAGMA journal_mode").get()).toEqual({ journal_mode: "wal" });
  expect(database.prepare("PRAGMA synchronous").get()).toEqual({ synchronous: 2 });
  expect(database.prepare("PRAGMA foreign_keys").get()).toEqual({ foreign_keys: 1 });
  database.close();
});

test("shortens its write-ahead log again after a long read", () => {
  addMigration("001-note.sql", "CREATE TABLE note (text TEXT)");
  const database = open();
  const walBytes = () => statSync(join(dataDir, "state.db-wal")).size;
  database.exec("INSERT INTO note VALUES ('first')");
  const reader = new DatabaseSync(join(dataDir, "state.db"), { readOnly: true });
  reader.exec("BEGIN; SELECT * FROM note");
  for (let count = 0; count < 12; count++) database.exec("INSERT INTO note VALUES (hex(randomblob(500000)))");
  expect(walBytes()).toBeGreaterThan(10_000_000);
  reader.exec("COMMIT");
  reader.close();
  // The first write checkpoints, and the second one starts the log again.
  for (let count = 0; count < 3; count++) database.exec("INSERT INTO note VALUES ('last')");
  expect(walBytes()).toBeLessThanOrEqual(WAL_MAX_BYTES);
  database.close();
});

test("applies migrations by number and none of them twice", () => {
  addMigration("010-insert.sql", "INSERT INTO note VALUES ('once')");
  addMigration("002-table.sql", "CREATE TABLE note (text TEXT)");
  open().close();
  addMigration("005-late.sql", "INSERT INTO note VALUES ('late')");
  const database = open();
  expect(database.prepare("SELECT text FROM note").all()).toEqual([{ text: "once" }, { text: "late" }]);
  database.close();
});

test("keeps a copy of the database before it changes a schema, and none of a new database", () => {
  addMigration("001-note.sql", "CREATE TABLE note (text TEXT)");
  let database = open();
  database.exec("INSERT INTO note VALUES ('old')");
  database.close();
  expect(listCopies(dataDir)).toEqual([]);
  addMigration("002-drop.sql", "DROP TABLE note");
  open().close();
  open().close();
  const [copy = "", ...others] = listCopies(dataDir);
  expect(others).toEqual([]);
  expect(modeOf(copy)).toBe("600");
  database = new DatabaseSync(copy, { readOnly: true });
  expect(database.prepare("SELECT text FROM note").all()).toEqual([{ text: "old" }]);
  database.close();
});

test.each([
  ["is missing", undefined],
  ["is empty", ""],
  ["is damaged", "SQLite format 3\0 and nothing else"],
])("refuses to start where the database %s beside other state, and names the kept copy", (what, content) => {
  addMigration("001-note.sql", "CREATE TABLE note (text TEXT)");
  open().close();
  addMigration("002-more.sql", "CREATE TABLE more (text TEXT)");
  open().close();
  const [copy = ""] = listCopies(dataDir);
  writeFileSync(join(dataDir, "audit-key"), "k", { mode: 0o600 });
  for (const end of ["", "-wal", "-shm"]) rmSync(join(dataDir, `state.db${end}`), { force: true });
  if (content !== undefined) writeFileSync(join(dataDir, "state.db"), content, { mode: 0o600 });
  const refusal = () => {
    try {
      open();
      return undefined;
    } catch (error) {
      return error;
    }
  };
  const error = refusal();
  expect(error).toBeInstanceOf(ConfigError);
  expect(String(error)).toContain(what);
  expect(String(error)).toContain(copy);
  expect(existsSync(join(dataDir, "state.db"))).toBe(content !== undefined);
  if (content !== undefined) expect(readFileSync(join(dataDir, "state.db"), "utf8")).toBe(content);
});

test("keeps nothing of a migration that fails halfway", () => {
  addMigration("001-half.sql", "CREATE TABLE half (text TEXT); INSERT INTO missing VALUES (1);");
  expect(open).toThrow("missing");
  rmSync(join(migrations, "001-half.sql"));
  const database = open();
  expect(database.prepare("SELECT name FROM sqlite_schema WHERE name = 'half'").all()).toEqual([]);
  database.close();
});

test("refuses a database that a newer release wrote", () => {
  addMigration("001-note.sql", "CREATE TABLE note (text TEXT)");
  addMigration("002-future.sql", "CREATE TABLE future (text TEXT)");
  open().close();
  rmSync(join(migrations, "002-future.sql"));
  expect(open).toThrow(ConfigError);
  expect(open).toThrow(/another release/);
});

test("refuses a database that other users can read", () => {
  open().close();
  chmodSync(join(dataDir, "state.db"), 0o640);
  expect(open).toThrow(/0600/);
});

test("says that a file is not a database", () => {
  mkdirSync(dataDir, { mode: 0o700 });
  writeFileSync(join(dataDir, "state.db"), "this is no database, however long it may be".repeat(100), { mode: 0o600 });
  expect(open).toThrow(ConfigError);
});
