import type { ResourceScope } from "../../../../../shared/protocol/access.ts";
import { toNames } from "../../../resource/name-list.ts";
import { describeNames } from "./access-summary.ts";

/** A scope as typed, one name per line. Null: no limit. */
export interface ScopeDraft {
  services: string | null;
  deployments: string | null;
}

export const toDraft = (limits: ResourceScope): ScopeDraft => ({
  services: limits.services?.join("\n") ?? null,
  deployments: limits.deployments?.join("\n") ?? null,
});

export const toScope = (draft: ScopeDraft): ResourceScope => ({
  services: draft.services === null ? null : toNames(draft.services),
  deployments: draft.deployments === null ? null : toNames(draft.deployments),
});

/** The containers and processes in a scope, as a short phrase. */
export function describeScope({ services, deployments }: ResourceScope): string {
  if (services === null && deployments === null) return "Everything";
  return `${describeNames(services, "container", "containers")}, ${describeNames(deployments, "process", "processes")}`;
}

export const hasLimitedScope = ({ services, deployments }: ResourceScope | ScopeDraft): boolean =>
  services !== null || deployments !== null;
