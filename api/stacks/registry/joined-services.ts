import type { StackService } from "../../../shared/protocol/stack.ts";
import type { DefinedServices } from "../check/defined-services.ts";
import type { ProjectContainer } from "./projects.ts";

/** Joins the services of the file and those of containers; services of the file come first, in its order. */
export function joinServices(
  defined: DefinedServices | undefined,
  containers: readonly ProjectContainer[],
): StackService[] {
  const names = [...new Set([...(defined?.keys() ?? []), ...containers.map(({ composeService }) => composeService)])];
  return names.map((name) => {
    const matching = containers.filter(({ composeService }) => composeService === name).map(({ service }) => service);
    matching.sort((a, b) => a.name.localeCompare(b.name, "en", { numeric: true }));
    return {
      name,
      containers: matching,
      defined: defined ? defined.has(name) : null,
      wanted: defined ? (defined.get(name)?.wanted ?? false) : null,
      image: defined?.get(name)?.image ?? matching[0]?.image ?? null,
    };
  });
}
