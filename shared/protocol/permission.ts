import { coversDeployment } from "./daemon-key.ts";

/** Ascending: each role has the permissions of the roles before it. */
export const roles = ["viewer", "operator", "admin"] as const;
export type Role = (typeof roles)[number];

/** Each permission with the lowest role that has it. */
export const permissions = {
  "services:view": "viewer",
  "services:control": "operator",
  "services:remove": "operator",
  "services:shell": "operator",
  "docker:view": "viewer",
  "docker:manage": "operator",
  "stacks:view": "operator",
  "stacks:manage": "operator",
  "catalogue:view": "viewer",
  "catalogue:install": "operator",
  "alerts:view": "viewer",
  "alerts:manage": "operator",
  "deployments:view": "viewer",
  "deployments:control": "operator",
  "deployments:remove": "operator",
  "deployments:create": "admin",
  "system:view": "viewer",
  "mcp:view": "viewer",
  "mcp:control": "operator",
  "mcp:call": "operator",
  "mcp:manage": "admin",
  "files:view": "operator",
  "files:change": "operator",
  "account:manage": "viewer",
  "access:manage": "admin",
  "audit:view": "admin",
  "metrics:view": "admin",
  "settings:manage": "admin",
} as const satisfies Record<string, Role>;

export type Permission = keyof typeof permissions;

/** Whether a principal has a permission: by its role and, for an API key, by its scopes. */
export function may(principal: { role: Role; scopes: readonly Permission[] | null }, permission: Permission): boolean {
  if (principal.scopes && !principal.scopes.includes(permission)) return false;
  return roles.indexOf(principal.role) >= roles.indexOf(permissions[permission]);
}

/** Whether the scope includes the container of this name. */
export const canSeeService = (scope: { services: readonly string[] | null }, containerName: string): boolean =>
  scope.services === null || scope.services.includes(containerName);

/** Whether the scope includes the deployment of this id, by itself or by an entry for all apps of its user. */
export const canSeeDeployment = (scope: { deployments: readonly string[] | null }, deploymentId: string): boolean =>
  scope.deployments === null || scope.deployments.some((entry) => coversDeployment(entry, deploymentId));

interface Scope {
  services: string[] | null;
  deployments: string[] | null;
}

/** What two scopes have in common: that of a key and its owner. */
export const narrowestScope = (a: Scope, b: Scope): Scope => ({
  services: inBoth(a.services, b.services, (entry, name) => entry === name),
  deployments: inBoth(a.deployments, b.deployments, coversDeployment),
});

function inBoth(
  a: string[] | null,
  b: string[] | null,
  covers: (entry: string, other: string) => boolean,
): string[] | null {
  if (a === null) return b;
  if (b === null) return a;
  const within = (list: string[], others: string[]) =>
    list.filter((name) => others.some((entry) => covers(entry, name)));
  return [...new Set([...within(a, b), ...within(b, a)])];
}
