import type { Permission } from "../../shared/protocol/access.ts";

/**
 * Who may call a route.
 * - `public`: anybody
 * - `stranger-or-signed-in`: callers without credentials, or with valid ones
 * - `signed-in`: any session or API key
 * - `session`: a person's session; never an API key
 * - `emit-token`: the realtime server
 * - `monitor`: an administrator's session, an API key that an administrator made, or the emit token
 * - a permission: sessions and keys whose role (and scopes) include it
 */
export type AccessRule =
  | "public"
  | "stranger-or-signed-in"
  | "signed-in"
  | "session"
  | "emit-token"
  | "monitor"
  | Permission;

export interface AccessEntry {
  rule: AccessRule;
  /** What the trail calls it; every route that changes something has one. */
  action?: string;
  /** Takes a raw body of any type instead of JSON. */
  rawBody?: true;
  /**
   * Sensitive: opens a way in, or shuts one, beyond the session. Asks a person for a proof that is at most ten minutes
   * old (log-in, or `POST /api/session/proof`), and refuses API keys.
   */
  stepUp?: true;
  /** Of a sensitive row: lets in keys that have its permission as a scope of their own. */
  scopedKeys?: true;
}

export type RouteKey = `${"GET" | "POST" | "PUT" | "PATCH" | "DELETE"} /${string}`;

export type AccessTable = Readonly<Record<RouteKey, AccessEntry>>;
