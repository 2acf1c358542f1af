import { posix } from "node:path";
import { stackName } from "../../../shared/protocol/stack.ts";
import type { ComposeFactsReader } from "../files/compose-facts.ts";
import type { StackLocation, StackLocations } from "../files/locations.ts";

export interface ListedStacks {
  /** By project name; several folders may share one. */
  byName: ReadonlyMap<string, readonly StackLocation[]>;
  /** False when there are more folders than are searched. */
  complete: boolean;
}

/** A result stays valid for 20 times the duration of its search, so that searches take at most 5 % of the time. */
const REST_FACTOR = 20;
const MAX_REST_MS = 10_000;

/** Finds stacks by the folders below the listed roots. Callers at the same time share one search. */
export function createListedStacks(
  locations: Pick<StackLocations, "listed">,
  facts: ComposeFactsReader,
  now: () => number = () => performance.now(),
): () => Promise<ListedStacks> {
  let last: { freshUntil: number; found: Promise<ListedStacks> } | undefined;

  const search = async (): Promise<ListedStacks> => {
    const { locations: all, complete } = await locations.listed();
    const byName = new Map<string, StackLocation[]>();
    for (const location of all) {
      const { projectName } = await facts.read(location);
      const name = projectName?.name ?? projectNameOfFolder(location.absoluteFolder);
      if (stackName.safeParse(name).success) byName.set(name, [...(byName.get(name) ?? []), location]);
    }
    return { byName, complete };
  };

  return () => {
    const begin = now();
    if (last && begin < last.freshUntil) return last.found;
    const entry = { freshUntil: Number.POSITIVE_INFINITY, found: search() };
    last = entry;
    entry.found.then(
      () => {
        entry.freshUntil = now() + Math.min(MAX_REST_MS, (now() - begin) * REST_FACTOR);
      },
      () => {
        if (last === entry) last = undefined;
      },
    );
    return entry.found;
  };
}

/** The project name that Compose derives from a folder's name. */
export const projectNameOfFolder = (folder: string): string =>
  posix
    .basename(folder)
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, "")
    .replace(/^[_-]+/, "");
