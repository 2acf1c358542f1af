import type { DatabaseSync } from "node:sqlite";

export type SegmentStatements = ReturnType<typeof prepareStatements>;

/** Prepares the statements that write to one file of the store. */
export const prepareStatements = (database: DatabaseSync) => ({
  insertStream: database.prepare(
    "INSERT INTO stream (kind, source_id, name, run, started_at, ended, removed, position, next_n) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
  ),
  updateStream: database.prepare(
    "UPDATE stream SET name = ?, started_at = ?, ended = ?, removed = ?, position = ?, next_n = ? WHERE id = ?",
  ),
  insertFresh: database.prepare("INSERT INTO fresh (stream, n, us, ns, flags, text) VALUES (?, ?, ?, ?, ?, ?)"),
  readFresh: database.prepare("SELECT n, us, ns, flags, text FROM fresh WHERE stream = ? ORDER BY n"),
  deleteFresh: database.prepare("DELETE FROM fresh WHERE stream = ?"),
  insertBlock: database.prepare(
    "INSERT INTO block (stream, first_n, lines, min_us, max_us, bytes, counts) VALUES (?, ?, ?, ?, ?, ?, ?)",
  ),
  insertContent: database.prepare("INSERT INTO content (id, times, text) VALUES (?, ?, ?)"),
  insertTrigrams: database.prepare("INSERT INTO trigram (rowid, text) VALUES (?, ?)"),
  insertMark: database.prepare(
    "INSERT INTO mark (stream, n, us, run, kind, exit_code, reason) VALUES (?, ?, ?, ?, ?, ?, ?)",
  ),
  moveMark: database.prepare("UPDATE mark SET us = ? WHERE id = ?"),
});
