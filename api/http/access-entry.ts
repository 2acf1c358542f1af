import type { Permission } from "../../shared/protocol/access.ts";

/**
 * Who may call a route.
 * - `public`: anybody
 * - `stranger-or-signed-in`: callers without credentials, or with valid ones
 * - `signed-in`: any session or API key
 * - `session`: a person's session; never an API key
 * - `emit-token`: the realtime server
 * - `monitor`: an administrator's session, an API key that an administrator created, or the emit token
 * - `gateway`: an API key that names the scope `mcp:call`; the route limits its requests itself
 * - a permission: sessions and keys whose role (and scopes) include it
 */
export type AccessRule =
  | "public"
  | "stranger-or-signed-in"
  | "signed-in"
  | "session"
  | "emit-token"
  | "monitor"
  | "gateway"
  | Permission;

export interface AccessEntry {
  rule: AccessRule;
  /** Name in the audit trail. Each route that changes something has one. */
  action?: string;
  /**
   * Refuses callers with a narrower scope: `host` those limited to some containers, `all` those limited to some processes
   * too.
   */
  scope?: "host" | "all";
  /** Takes a raw body of any type instead of JSON. */
  rawBody?: true;
  /**
   * Sensitive: changes access beyond the session. Requires a log-in or `POST /api/session/proof` within the last ten
   * minutes, and refuses API keys.
   */
  stepUp?: true;
  /** Of a sensitive row: admits keys that have its permission as a scope. */
  scopedKeys?: true;
}

export type RouteKey = `${"GET" | "POST" | "PUT" | "PATCH" | "DELETE"} /${string}`;

export type AccessTable = Readonly<Record<RouteKey, AccessEntry>>;
