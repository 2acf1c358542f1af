import type { KeptContainer } from "../../../../shared/protocol/log-search.ts";
import type { Service } from "../../../../shared/protocol/service.ts";

/** A container whose log can be chosen. */
export interface ChoosableContainer {
  name: string;
  /** It is not there any more; its lines are kept. */
  removed: boolean;
  running: boolean;
  /** Kept lines; null where it is not known. */
  lines: number | null;
}

export interface ContainerGroup {
  /** Compose project; null for containers of none, and for those that are gone. */
  project: string | null;
  removed: boolean;
  containers: ChoosableContainer[];
}

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });
const byName = (left: { name: string }, right: { name: string }) => collator.compare(left.name, right.name);

/** Containers by project, those of none after them, removed ones last. */
export function toContainerGroups(
  services: readonly Service[],
  kept: readonly KeptContainer[],
  filter = "",
): ContainerGroup[] {
  const wanted = filter.trim().toLowerCase();
  const lines = new Map(kept.map((container) => [container.name, container.lines]));
  const present = new Set(services.map(({ name }) => name));
  const groups = new Map<string | null, ChoosableContainer[]>();
  for (const { name, composeProject, state } of services) {
    if (!`${name} ${composeProject ?? ""}`.toLowerCase().includes(wanted)) continue;
    const group = groups.get(composeProject) ?? [];
    groups.set(composeProject, group);
    group.push({ name, removed: false, running: state === "running", lines: lines.get(name) ?? null });
  }
  const gone = kept
    .filter(({ name }) => !present.has(name) && name.toLowerCase().includes(wanted))
    .map(({ name, lines }) => ({ name, removed: true, running: false, lines }));
  const found = [...groups]
    .sort(([left], [right]) => (left === null ? 1 : right === null ? -1 : collator.compare(left, right)))
    .map(([project, containers]) => ({ project, removed: false, containers: containers.sort(byName) }));
  return gone.length > 0 ? [...found, { project: null, removed: true, containers: gone.sort(byName) }] : found;
}
