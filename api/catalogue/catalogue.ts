import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { AppError, describeIssues } from "../../shared/server/errors.ts";
import type { Log } from "../../shared/server/log.ts";
import { onFirstUse } from "../../shared/server/on-first-use.ts";
import { type CatalogueEntry, catalogueEntry } from "./entry.ts";
import { faultsOf } from "./entry-faults.ts";
import { catalogueErrors } from "./messages.ts";

/** The services that can be installed, sorted by name. */
export interface Catalogue {
  entries: readonly CatalogueEntry[];
  find(id: string): CatalogueEntry | undefined;
}

const BUILT_IN_FOLDER = join(import.meta.dirname, "entries");
/** Files of the operator's folder that are read. */
const MAX_FILES = 500;

export function createCatalogue(entries: readonly CatalogueEntry[]): Catalogue {
  const byId = new Map(entries.map((entry) => [entry.id, entry]));
  const sorted = [...byId.values()].sort((a, b) => a.name.localeCompare(b.name, "en"));
  return { entries: sorted, find: (id) => byId.get(id) };
}

/** @throws AppError `not_found` for an id that no entry has */
export function requireEntry(catalogue: Catalogue, id: string): CatalogueEntry {
  const entry = catalogue.find(id);
  if (!entry) throw new AppError("not_found", catalogueErrors.noSuchEntry);
  return entry;
}

/**
 * Parses the text of an entry's file.
 * @throws Error whose message lists what is wrong with it.
 */
export function parseEntry(text: string, id: string): CatalogueEntry {
  const parsed = catalogueEntry.safeParse(JSON.parse(text));
  if (!parsed.success) throw new Error(describeIssues(parsed.error));
  const entry = parsed.data;
  const faults = entry.id === id ? faultsOf(entry) : ["its id differs from the name of its file"];
  if (faults[0]) throw new Error(faults.join("; "));
  return entry;
}

/**
 * Loads the built-in entries and those of the operator's folder. A file of the operator that is invalid or repeats an id is
 * skipped with a line in the log. Without such a folder, nothing is read before the first use.
 * @throws Error for an invalid built-in entry.
 */
export function loadCatalogue({ folder, log }: { folder?: string | undefined; log: Log }): Catalogue {
  if (folder === undefined) {
    const known = onFirstUse(() => createCatalogue([...builtIn().values()]));
    return {
      get entries() {
        return known().entries;
      },
      find: (id) => known().find(id),
    };
  }
  const entries = new Map(builtIn());
  try {
    for (const { id, path } of filesOf(folder).slice(0, MAX_FILES)) {
      try {
        if (entries.has(id)) throw new Error("an entry with this id already exists");
        entries.set(id, parseEntry(readFileSync(path, "utf8"), id));
      } catch (error) {
        log.warn({ entry: id, reason: (error as Error).message }, "an entry of CATALOGUE_DIR is skipped");
      }
    }
  } catch (error) {
    log.warn({ err: error }, "CATALOGUE_DIR cannot be read");
  }
  return createCatalogue([...entries.values()]);
}

const builtIn = onFirstUse(readBuiltInEntries);

function readBuiltInEntries(): ReadonlyMap<string, CatalogueEntry> {
  const entries = new Map<string, CatalogueEntry>();
  for (const { id, path } of filesOf(BUILT_IN_FOLDER)) {
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
