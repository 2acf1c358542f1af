import type { CatalogueSummary } from "../../../../shared/protocol/catalogue.ts";
import { parseImageReference } from "../../../../shared/protocol/image-reference.ts";
import type { Service } from "../../../../shared/protocol/service.ts";

/** A container of this host that runs an entry of the catalogue. */
export interface Installed {
  name: string;
  /** State at the Engine: `running`, `exited`, … */
  state: string;
}

/** Registry and path of an image, whatever its tag; undefined for an image that is only an id. */
function repositoryOf(image: string): string | undefined {
  const parsed = parseImageReference(image);
  return parsed && `${parsed.registry}/${parsed.repository}`;
}

/**
 * Finds the containers of an entry: those that were installed from it, and those of its image that came another way, by
 * Compose or by hand. Null while it is not known.
 */
export function createInstalled(services: readonly Service[]) {
  const byImage = Map.groupBy(services, ({ image }) => repositoryOf(image));
  return ({ image, installed }: Pick<CatalogueSummary, "image" | "installed">): readonly Installed[] | null => {
    if (installed === null) return null;
    const names = new Set(installed.map(({ name }) => name));
    const others = (byImage.get(repositoryOf(image)) ?? []).filter(({ name }) => !names.has(name));
    return [...installed, ...others].map(({ name, state }) => ({ name, state }));
  };
}
