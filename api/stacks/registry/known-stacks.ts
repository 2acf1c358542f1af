import { join, posix } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import type { StackLocation } from "../files/locations.ts";

/** Where the files of a stack in a listed folder were when it last had containers. */
export interface KnownStack {
  name: string;
  /** Absolute. */
  folder: string;
  /** Absolute, main file first. */
  files: string[];
}

/** Remembers stacks after their containers are gone: a stack started with `-f` or `-p` cannot be found by its folder. */
export interface KnownStacks {
  all(): readonly KnownStack[];
  find(name: string): KnownStack | undefined;
  remember(name: string, location: StackLocation): void;
}

const MAX_KNOWN = 1_000;

export function createKnownStacks(database: DatabaseSync): KnownStacks {
  const insert = database.prepare(
    "INSERT OR REPLACE INTO stack_known (name, folder, files, seen_at) VALUES (?, ?, ?, ?)",
  );
  const trim = database.prepare(
    `DELETE FROM stack_known WHERE name NOT IN (SELECT name FROM stack_known ORDER BY seen_at DESC LIMIT ${MAX_KNOWN})`,
  );
  const rows = database.prepare("SELECT name, folder, files FROM stack_known ORDER BY name").all();
  const known = new Map(
    rows.map(({ name, folder, files }) => [
      String(name),
      { name: String(name), folder: String(folder), files: JSON.parse(String(files)) as string[] },
    ]),
  );
  return {
    all: () => [...known.values()],
    find: (name) => known.get(name),
    remember(name, location) {
      const files = location.files.map((file) => join(location.absoluteFolder, posix.relative(location.folder, file)));
      const before = known.get(name);
      if (before?.folder === location.absoluteFolder && before.files.join("\n") === files.join("\n")) return;
      known.set(name, { name, folder: location.absoluteFolder, files });
      insert.run(name, location.absoluteFolder, JSON.stringify(files), new Date().toISOString());
      if (known.size > MAX_KNOWN) trim.run();
    },
  };
}
