/** From least to most: each role may do what those before it may. */
export const roles = ["viewer", "operator", "admin"] as const;
export type Role = (typeof roles)[number];

/** The one table of who may do what: action, and the least role that may do it. */
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
  "system:view": "viewer",
  "mcp:view": "viewer",
  "mcp:control": "operator",
  "mcp:manage": "admin",
  "files:view": "operator",
  "files:change": "operator",
  "account:manage": "viewer",
  "access:manage": "admin",
  "audit:view": "admin",
  "metrics:view": "admin",
} as const satisfies Record<string, Role>;

export type Permission = keyof typeof permissions;

/** What a person or key is limited to: names of containers and PM2 processes. Null: no limit. */
export interface Limits {
  services: string[] | null;
  deployments: string[] | null;
}

/** Who is asking, once the session cookie or API key has been checked. */
export interface Principal {
  kind: "user" | "key";
  /** Id of the user or of the API key. */
  id: string;
  name: string;
  role: Role;
  limits: Limits;
  /** API keys may be narrowed to some permissions; null: all that the role has. */
  scopes: Permission[] | null;
  /** Id of the session (never its token) or of the key; revocation names it. */
  sessionId: string;
  /** Milliseconds since the epoch after which the principal is no longer valid. */
  expiresAt: number;
  /** Whether `/ready` and `/metrics` are open to them; told to the realtime server only. */
  monitor?: boolean;
  /** Of a key, its owner: shares are by user, however many keys there are; told to the realtime server only. */
  userId?: string;
}

export function may(principal: Pick<Principal, "role" | "scopes">, permission: Permission): boolean {
  if (principal.scopes && !principal.scopes.includes(permission)) return false;
  return roles.indexOf(principal.role) >= roles.indexOf(permissions[permission]);
}

/** Whether a limited principal may see the named container. */
export const seesService = (limits: Limits, containerName: string): boolean =>
  limits.services === null || limits.services.includes(containerName);

/** Whether a limited principal may see the deployment of this id. */
export const seesDeployment = (limits: Limits, deploymentId: string): boolean =>
  limits.deployments === null || limits.deployments.includes(deploymentId);
