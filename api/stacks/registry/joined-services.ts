import type { StackService } from "../../../shared/protocol/stack.ts";
import type { DefinedServices } from "../check/defined-services.ts";
import type { ProjectContainer } from "./projects.ts";

/** Services of file and containers together: those of the file first, in its order. */
export function joinServices(
  defined: DefinedServices | undefined,
  containers: readonly ProjectContainer[],
): StackService[] {
  const names = [...new Set([...(defined?.keys() ?? []), ...containers.map(({ composeService }) => composeService)])];
  return names.map((name) => {
    const own = containers.filter(({ composeService }) => composeService === name).map(({ service }) => service);
    own.sort((one, other) => one.name.localeCompare(other.name, "en", { numeric: true }));
    return {
      name,
      containers: own,
      defined: defined ? defined.has(name) : null,
      wanted: defined ? (defined.get(name)?.wanted ?? false) : null,
      image: defined?.get(name)?.image ?? own[0]?.image ?? null,
    };
  });
}
