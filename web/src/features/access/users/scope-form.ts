import type { Principal, ResourceScope } from "../../../../../shared/protocol/access.ts";
import { may, type Permission } from "../../../../../shared/protocol/permission.ts";

/** Unique names of a text field, separated by line ends or commas. */
export const toNames = (text: string): string[] => [
  ...new Set(
    text
      .split(/[\n,]/)
      .map((name) => name.trim())
      .filter((name) => name !== ""),
  ),
];

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

/** What a limited scope does not cover, by permission. Each text continues "may still". */
const beyond: [permission: Permission, action: string, unless?: Permission][] = [
  ["files:view", "read every file", "files:change"],
  ["files:change", "read and change every file"],
  ["mcp:view", "see every MCP server", "mcp:control"],
  ["mcp:control", "call every MCP tool"],
  ["system:view", "see the host's metrics"],
  ["access:manage", "change users and their limits"],
];

/** What a user or key with a limited scope may still do, in one sentence. */
export function describeUnscoped(who: Pick<Principal, "role" | "scopes">): string {
  const actions = beyond
    .filter(([permission, , unless]) => may(who, permission) && !(unless && may(who, unless)))
    .map(([, action]) => action);
  const last = actions.pop();
  if (last === undefined) return "Limits hide other containers and processes.";
  const list = actions.length > 0 ? `${actions.join(", ")} and ${last}` : last;
  return `Limits hide other containers and processes only: this ${who.scopes ? "key" : who.role} may still ${list}.`;
}

/** The containers and processes in a scope, as a short phrase. */
export function describeScope({ services, deployments }: ResourceScope): string {
  if (services === null && deployments === null) return "Everything";
  const part = (names: string[] | null, singular: string, plural: string) => {
    if (names === null) return `all ${plural}`;
    if (names.length === 1) return `${singular} ${names[0]}`;
    return `${names.length === 0 ? "no" : names.length} ${plural}`;
  };
  return `${part(services, "container", "containers")}, ${part(deployments, "process", "processes")}`;
}

export const hasLimitedScope = ({ services, deployments }: ResourceScope | ScopeDraft): boolean =>
  services !== null || deployments !== null;
