import type { DatabaseSync } from "node:sqlite";
import type { StackFile, StackRevision } from "../../../shared/protocol/stack.ts";
import { AppError } from "../../../shared/server/errors.ts";
import { stackErrors } from "../messages.ts";

/** Earlier texts that are kept of each file and kind. */
const MAX_REVISIONS = 20;

export interface Revisions {
  /** Stores a text and drops the oldest. When the newest of its kind is the same, only its time and author change. */
  keep(
    kind: StackRevision["kind"],
    stack: string,
    file: Pick<StackFile, "name" | "content" | "etag">,
    savedBy: string,
  ): void;
  /** Newest first. */
  list(stack: string): StackRevision[];
  /** @throws AppError `not_found`. */
  text(stack: string, id: number): StackRevision & { content: string };
  /** What each file contained when the stack was last deployed from here, by file name. */
  applied(stack: string): Map<string, { etag: string; savedAt: string }>;
  forget(stack: string): void;
}

export function createRevisions(database: DatabaseSync): Revisions {
  const insert = database.prepare(
    "INSERT INTO stack_revision (stack, file, kind, content, etag, saved_at, saved_by) VALUES (?, ?, ?, ?, ?, ?, ?)",
  );
  const touch = database.prepare("UPDATE stack_revision SET saved_at = ?, saved_by = ? WHERE id = ?");
  const newest = database.prepare(
    "SELECT id, etag FROM stack_revision WHERE stack = ? AND file = ? AND kind = ? ORDER BY id DESC LIMIT 1",
  );
  const trim = database.prepare(
    `DELETE FROM stack_revision WHERE stack = ?1 AND file = ?2 AND kind = ?3 AND id NOT IN (
       SELECT id FROM stack_revision WHERE stack = ?1 AND file = ?2 AND kind = ?3 ORDER BY id DESC LIMIT ${MAX_REVISIONS})`,
  );
  const columns = "id, file, kind, saved_at AS savedAt, saved_by AS savedBy, length(CAST(content AS BLOB)) AS size";
  const all = database.prepare(`SELECT ${columns} FROM stack_revision WHERE stack = ? ORDER BY saved_at DESC, id DESC`);
  const one = database.prepare(`SELECT ${columns}, content FROM stack_revision WHERE stack = ? AND id = ?`);
  const lastApplied = database.prepare(
    "SELECT file, etag, saved_at AS savedAt FROM stack_revision WHERE stack = ? AND kind = 'applied' ORDER BY id",
  );
  const erase = database.prepare("DELETE FROM stack_revision WHERE stack = ?");

  return {
    keep(kind, stack, { name, content, etag }, savedBy) {
      const now = new Date().toISOString();
      const last = newest.get(stack, name, kind);
      if (last?.etag === etag) {
        touch.run(now, savedBy, Number(last.id));
        return;
      }
      insert.run(stack, name, kind, content, etag, now, savedBy);
      trim.run(stack, name, kind);
    },
    list: (stack) => all.all(stack).map((row) => ({ ...row }) as unknown as StackRevision),
    text(stack, id) {
      const row = one.get(stack, id);
      if (!row) throw new AppError("not_found", stackErrors.noSuchRevision);
      return { ...row } as unknown as StackRevision & { content: string };
    },
    applied: (stack) =>
      new Map(
        lastApplied
          .all(stack)
          .map(({ file, etag, savedAt }) => [String(file), { etag: String(etag), savedAt: String(savedAt) }]),
      ),
    forget: (stack) => void erase.run(stack),
  };
}
