import type { DatabaseSync } from "node:sqlite";

/**
 * Runs `work` as one write transaction: all of it is written, or nothing. The write lock comes first, so what `work` reads
 * stays true until it is done. `work` must not await and must not start another transaction on this connection.
 *
 * @param undo Reverts what `work` did outside the database. Runs before the write lock is released.
 * @throws What `work`, the start or the commit threw. SQLite ends a transaction by itself on some errors (a full disk):
 *   neither that nor a failing `undo` replaces the error; the latter becomes its `cause`.
 */
export function transact<T>(database: DatabaseSync, work: () => T, undo?: () => void): T {
  database.exec("BEGIN IMMEDIATE");
  try {
    const result = work();
    database.exec("COMMIT");
    return result;
  } catch (error) {
    attempt(error, () => undo?.());
    attempt(error, () => database.isTransaction && database.exec("ROLLBACK"));
    throw error;
  }
}

/** Runs `look` on one snapshot of the database, unaffected by commits of other connections. */
export function readAtOnce<T>(database: DatabaseSync, look: () => T): T {
  database.exec("BEGIN");
  try {
    return look();
  } finally {
    if (database.isTransaction) database.exec("COMMIT");
  }
}

function attempt(error: unknown, step: () => unknown): void {
  try {
    step();
  } catch (failure) {
    if (error instanceof Error) error.cause ??= failure;
  }
}
