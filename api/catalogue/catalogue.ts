import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describeIssues } from "../../shared/server/errors.ts";
import type { Log } from "../../shared/server/log.ts";
import { type CatalogueEntry, catalogueEntry } from "./entry.ts";
import { faultsOf } from "./entry-faults.ts";

/** The services that can be installed, by name. */
export interface Catalogue {
  entries: readonly CatalogueEntry[];
  find(id: string): CatalogueEntry | undefined;
}

const OWN_ENTRIES = join(import.meta.dirname, "entries");
/** Files of an operator's folder that are read. */
const MAX_FILES = 500;

export function createCatalogue(entries: readonly CatalogueEntry[]): Catalogue {
  const byId = new Map(entries.map((entry) => [entry.id, entry]));
  const sorted = [...byId.values()].sort((a, b) => a.name.localeCompare(b.name, "en"));
  return { entries: sorted, find: (id) => byId.get(id) };
}

/** The entry in a file's text. Throws an `Error` that says what is wrong with it. */
export function parseEntry(text: string, id: string): CatalogueEntry {
  const parsed = catalogueEntry.safeParse(JSON.parse(text));
  if (!parsed.success) throw new Error(describeIssues(parsed.error));
  const entry = parsed.data;
  const faults = entry.id === id ? faultsOf(entry) : ["its id is not the name of its file"];
  if (faults[0]) throw new Error(faults.join("; "));
  return entry;
}

/**
 * The project's own entries, and those of the operator's folder. A fault in ours ends the start; a file of the operator's
 * that is no entry, or takes the id of another, is left out with a line in the log.
 */
export function loadCatalogue({ folder, log }: { folder?: string | undefined; log: Log }): Catalogue {
  own ??= readOwnEntries();
  const entries = new Map(own);
  if (folder === undefined) return createCatalogue([...entries.values()]);
  try {
    for (const { id, path } of filesOf(folder).slice(0, MAX_FILES)) {
      try {
        if (entries.has(id)) throw new Error("an entry of this id is there already");
        entries.set(id, parseEntry(readFileSync(path, "utf8"), id));
      } catch (error) {
        log.warn({ entry: id, reason: (error as Error).message }, "an entry of CATALOGUE_DIR is left out");
      }
    }
  } catch (error) {
    log.warn({ err: error }, "CATALOGUE_DIR cannot be read");
  }
  return createCatalogue([...entries.values()]);
}

let own: ReadonlyMap<string, CatalogueEntry> | undefined;

function readOwnEntries(): ReadonlyMap<string, CatalogueEntry> {
  const entries = new Map<string, CatalogueEntry>();
  for (const { id, path } of filesOf(OWN_ENTRIES)) {
    try {
      entries.set(id, parseEntry(readFileSync(path, "utf8"), id));
    } catch (error) {
      throw new Error(`The catalogue's entry ${id} is not valid.`, { cause: error });
    }
  }
  return entries;
}

const filesOf = (folder: string) =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .sort()
    .map((name) => ({ id: name.slice(0, -".json".length), path: join(folder, name) }));
