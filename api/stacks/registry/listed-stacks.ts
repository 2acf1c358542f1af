import { posix } from "node:path";
import { stackName } from "../../../shared/protocol/stack.ts";
import type { ComposeFactsReader } from "../files/compose-facts.ts";
import type { StackPlace, StackPlaces } from "../files/locations.ts";

export interface ListedStacks {
  /** By the name Compose gives the project; several folders may have the same one. */
  byName: ReadonlyMap<string, readonly StackPlace[]>;
  /** False when there are more folders than are looked at. */
  complete: boolean;
}

/** Pages ask for the list time and again: looking takes a twentieth of the time at most. */
const REST = 20;
const REST_MAX_MS = 10_000;

/** Stacks found by the folders below the listed roots. Looks at the disk once for all who ask at the same time. */
export function createListedStacks(
  places: Pick<StackPlaces, "listed">,
  facts: ComposeFactsReader,
  now: () => number = () => performance.now(),
): () => Promise<ListedStacks> {
  let last: { freshUntil: number; found: Promise<ListedStacks> } | undefined;

  const look = async (): Promise<ListedStacks> => {
    const { places: all, complete } = await places.listed();
    const byName = new Map<string, StackPlace[]>();
    for (const place of all) {
      const { projectName } = await facts.read(place);
      const name = projectName?.name ?? projectNameOfFolder(place.absoluteFolder);
      if (stackName.safeParse(name).success) byName.set(name, [...(byName.get(name) ?? []), place]);
    }
    return { byName, complete };
  };

  return () => {
    const begin = now();
    if (last && begin < last.freshUntil) return last.found;
    const entry = { freshUntil: Number.POSITIVE_INFINITY, found: look() };
    last = entry;
    entry.found.then(
      () => {
        entry.freshUntil = now() + Math.min(REST_MAX_MS, (now() - begin) * REST);
      },
      () => {
        if (last === entry) last = undefined;
      },
    );
    return entry.found;
  };
}

/** As Compose makes a project's name of its folder's name. */
export const projectNameOfFolder = (folder: string): string =>
  posix
    .basename(folder)
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, "")
    .replace(/^[_-]+/, "");
