import type { StoredContainer } from "../../../../shared/protocol/log-search.ts";
import type { Service } from "../../../../shared/protocol/service.ts";

/** A container whose log can be chosen. */
export interface ChoosableContainer {
  name: string;
  /** It is not there any more; its lines are stored. */
  removed: boolean;
  running: boolean;
  /** Stored lines; null where it is not known. */
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

export interface FollowChoice {
  services: readonly Service[];
  stored: readonly StoredContainer[];
  /** Names that were chosen; empty: all containers. */
  only: readonly string[];
  /** What is followed now, gone containers included. */
  before: readonly string[];
  /** Containers that one view follows at most. */
  max: number;
}

/**
 * Names whose logs are followed live: running containers first, then those with the newest lines. What is followed stays,
 * unless a running container needs the place of one that does not run.
 */
export function chooseFollowed({ services, stored, only, before, max }: FollowChoice): string[] {
  const running = new Set(services.filter(({ state }) => state === "running").map(({ name }) => name));
  const newest = new Map(stored.map(({ name, lastTime }) => [name, lastTime ?? ""]));
  const age = (name: string) => newest.get(name) ?? "";
  const present = services.map(({ name }) => name);
  const chosen = only.length === 0 ? present : only.filter((name) => present.includes(name));
  const held = new Set(before);
  const others = chosen.filter((name) => !held.has(name));
  if (only.length === 0) others.sort((left, right) => (age(left) < age(right) ? 1 : age(left) > age(right) ? -1 : 0));
  const next = [
    ...before.filter((name) => running.has(name)),
    ...others.filter((name) => running.has(name)),
    ...before.filter((name) => !running.has(name)),
    ...others.filter((name) => !running.has(name)),
  ].slice(0, max);
  // Those that stay keep their order.
  const wanted = new Set(next);
  return [...before.filter((name) => wanted.has(name)), ...next.filter((name) => !held.has(name))];
}

/** Containers by project, those of none after them, removed ones last. */
export function toContainerGroups(
  services: readonly Service[],
  stored: readonly StoredContainer[],
  filter = "",
): ContainerGroup[] {
  const wanted = filter.trim().toLowerCase();
  const lines = new Map(stored.map((container) => [container.name, container.lines]));
  const present = new Set(services.map(({ name }) => name));
  const groups = new Map<string | null, ChoosableContainer[]>();
  for (const { name, composeProject, state } of services) {
    if (!`${name} ${composeProject ?? ""}`.toLowerCase().includes(wanted)) continue;
    const group = groups.get(composeProject) ?? [];
    groups.set(composeProject, group);
    group.push({ name, removed: false, running: state === "running", lines: lines.get(name) ?? null });
  }
  const gone = stored
    .filter(({ name }) => !present.has(name) && name.toLowerCase().includes(wanted))
    .map(({ name, lines }) => ({ name, removed: true, running: false, lines }));
  const found = [...groups]
    .sort(([left], [right]) => (left === null ? 1 : right === null ? -1 : collator.compare(left, right)))
    .map(([project, containers]) => ({ project, removed: false, containers: containers.sort(byName) }));
  return gone.length > 0 ? [...found, { project: null, removed: true, containers: gone.sort(byName) }] : found;
}
