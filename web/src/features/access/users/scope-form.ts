import type { Limits } from "../../../../../shared/protocol/access.ts";
import { may, type Permission, type Principal } from "../../../../../shared/protocol/permission.ts";

/** Names from a text field: one a line or between commas. */
export const toNames = (text: string): string[] => [
  ...new Set(
    text
      .split(/[\n,]/)
      .map((name) => name.trim())
      .filter((name) => name !== ""),
  ),
];

/** Limits as they are typed: one name a line. Null: all of them. */
export interface LimitsDraft {
  services: string | null;
  deployments: string | null;
}

export const toDraft = (limits: Limits): LimitsDraft => ({
  services: limits.services?.join("\n") ?? null,
  deployments: limits.deployments?.join("\n") ?? null,
});

export const toLimits = (draft: LimitsDraft): Limits => ({
  services: draft.services === null ? null : toNames(draft.services),
  deployments: draft.deployments === null ? null : toNames(draft.deployments),
});

/** What limits leave open to a role or key, in words that go on from "may". */
const beyond: [permission: Permission, action: string, unless?: Permission][] = [
  ["files:view", "read every file", "files:change"],
  ["files:change", "read and change every file"],
  ["mcp:view", "see every MCP server", "mcp:control"],
  ["mcp:control", "call every MCP tool"],
  ["system:view", "see the host's metrics"],
  ["access:manage", "change users and their limits"],
];

/** What somebody may do whatever names they are limited to, in one sentence. */
export function beyondLimits(who: Pick<Principal, "role" | "scopes">): string {
  const actions = beyond
    .filter(([permission, , unless]) => may(who, permission) && !(unless && may(who, unless)))
    .map(([, action]) => action);
  const last = actions.pop();
  if (last === undefined) return "Limits hide other containers and processes.";
  const list = actions.length > 0 ? `${actions.join(", ")} and ${last}` : last;
  return `Limits hide other containers and processes only: this ${who.scopes ? "key" : who.role} may still ${list}.`;
}

/** Which containers and processes somebody sees, in a few words. */
export function describeLimits({ services, deployments }: Limits): string {
  if (services === null && deployments === null) return "Everything";
  const part = (names: string[] | null, one: string, many: string) => {
    if (names === null) return `all ${many}`;
    if (names.length === 1) return `${one} ${names[0]}`;
    return `${names.length === 0 ? "no" : names.length} ${many}`;
  };
  return `${part(services, "container", "containers")}, ${part(deployments, "process", "processes")}`;
}

export const isLimited = ({ services, deployments }: Limits | LimitsDraft): boolean =>
  services !== null || deployments !== null;
