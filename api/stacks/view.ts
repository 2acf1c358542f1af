import type { ProjectContainer } from "../../shared/host/docker/projects.ts";
import type { StackService, StackState } from "../../shared/protocol/stack.ts";
import { mapAt, readComposeText, textOf } from "./check/document.ts";

/** How a stack's containers do, taken together. */
export function stateOf(containers: readonly ProjectContainer[]) {
  const running = containers.filter(({ service }) => service.state === "running").length;
  const unhealthy = containers.filter(({ service }) => service.health === "unhealthy").length;
  const total = containers.length;
  const state: StackState =
    total === 0
      ? "down"
      : unhealthy > 0
        ? "unhealthy"
        : running === 0
          ? "stopped"
          : running < total
            ? "partial"
            : "running";
  return { state, running, total, unhealthy };
}

/** Services a compose file names, with their images; undefined when it cannot be read. */
export function servicesOf(texts: readonly string[]): Map<string, string | null> | undefined {
  const services = new Map<string, string | null>();
  for (const text of texts) {
    const { top, faults } = readComposeText(text);
    if (faults.length > 0) return undefined;
    for (const [name, { value }] of mapAt(top, "services")) {
      const image = value.kind === "map" ? textOf(value.entries.get("image")?.value) : undefined;
      services.set(name, image ?? services.get(name) ?? null);
    }
  }
  return services;
}

/** Services of file and containers together: those of the file first, in its order. */
export function joinServices(
  defined: ReadonlyMap<string, string | null> | undefined,
  containers: readonly ProjectContainer[],
): StackService[] {
  const names = [...new Set([...(defined?.keys() ?? []), ...containers.map(({ composeService }) => composeService)])];
  return names.map((name) => {
    const own = containers.filter(({ composeService }) => composeService === name).map(({ service }) => service);
    own.sort((one, other) => one.name.localeCompare(other.name, "en", { numeric: true }));
    return {
      ...{ name, containers: own, defined: defined ? defined.has(name) : null },
      image: defined?.get(name) ?? own[0]?.image ?? null,
    };
  });
}
