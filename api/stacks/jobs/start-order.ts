import type { ProjectContainer } from "../registry/projects.ts";

/**
 * Containers in the order in which they start: each group only needs containers of earlier groups, by the services that their
 * labels name. Within a group the oldest is first, because Compose creates dependencies first. Labels can hold anything:
 * names without a container do not count, and services that need each other share a group.
 */
export function startOrder(containers: readonly ProjectContainer[]): ProjectContainer[][] {
  const waiting = new Set([...containers].sort((a, b) => a.service.createdAt.localeCompare(b.service.createdAt)));
  const groups: ProjectContainer[][] = [];
  while (waiting.size > 0) {
    const missing = new Set([...waiting].map(({ composeService }) => composeService));
    const isReady = ({ composeService, dependsOn }: ProjectContainer) =>
      dependsOn.every((needed) => needed === composeService || !missing.has(needed));
    const ready = [...waiting].filter(isReady);
    const group = ready.length > 0 ? ready : [...waiting];
    for (const container of group) waiting.delete(container);
    groups.push(group);
  }
  return groups;
}
