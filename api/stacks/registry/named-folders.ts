import type { DatabaseSync } from "node:sqlite";
import { AppError } from "../../../shared/server/errors.ts";
import { stackErrors } from "../messages.ts";

/** Folders that people named for stacks whose containers name none that can be opened. */
export interface NamedFolders {
  /** Absolute path; undefined when none was named. */
  find(name: string): string | undefined;
  /** @throws AppError `conflict` when 1,000 stacks have one. */
  set(name: string, folder: string, by: string): void;
  /** Returns whether there was one. */
  forget(name: string): boolean;
}

const MAX_NAMED = 1_000;

export function createNamedFolders(database: DatabaseSync): NamedFolders {
  const insert = database.prepare(
    "INSERT OR REPLACE INTO stack_folder (name, folder, named_at, named_by) VALUES (?, ?, ?, ?)",
  );
  const remove = database.prepare("DELETE FROM stack_folder WHERE name = ?");
  const rows = database.prepare("SELECT name, folder FROM stack_folder").all();
  const named = new Map(rows.map(({ name, folder }) => [String(name), String(folder)]));
  return {
    find: (name) => named.get(name),
    set(name, folder, by) {
      if (!named.has(name) && named.size >= MAX_NAMED) throw new AppError("conflict", stackErrors.tooManyNamed);
      insert.run(name, folder, new Date().toISOString(), by);
      named.set(name, folder);
    },
    forget(name) {
      if (named.has(name)) remove.run(name);
      return named.delete(name);
    },
  };
}
