import { join, posix } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import type { StackPlace } from "../files/locations.ts";

/** Where the files of a stack of a listed folder were when it last had containers. */
export interface KnownStack {
  name: string;
  /** Absolute. */
  folder: string;
  /** Absolute, main file first. */
  files: string[];
}

/** Stacks are remembered beyond their containers: what was started with `-f` or `-p` cannot be found by its folder. */
export interface KnownStacks {
  all(): readonly KnownStack[];
  find(name: string): KnownStack | undefined;
  remember(name: string, place: StackPlace): void;
}

const KNOWN_MAX = 1_000;

export function createKnownStacks(database: DatabaseSync): KnownStacks {
  const insert = database.prepare(
    "INSERT OR REPLACE INTO stack_known (name, folder, files, seen_at) VALUES (?, ?, ?, ?)",
  );
  const trim = database.prepare(
    `DELETE FROM stack_known WHERE name NOT IN (SELECT name FROM stack_known ORDER BY seen_at DESC LIMIT ${KNOWN_MAX})`,
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
    remember(name, place) {
      const files = place.files.map((file) => join(place.absoluteFolder, posix.relative(place.folder, file)));
      const before = known.get(name);
      if (before?.folder === place.absoluteFolder && before.files.join("\n") === files.join("\n")) return;
      known.set(name, { name, folder: place.absoluteFolder, files });
      insert.run(name, place.absoluteFolder, JSON.stringify(files), new Date().toISOString());
      if (known.size > KNOWN_MAX) trim.run();
    },
  };
}
