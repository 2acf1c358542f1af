import { Hono } from "hono";
import type { Principal } from "../../shared/protocol/access.ts";
import type { AuditActor } from "../../shared/protocol/account.ts";
import type { RightsWatch } from "../access/identity/live-rights.ts";

/** What the guard has put on every request that reached a route. */
export interface ApiVariables {
  requestId: string;
  /** Absent on the few public routes only. */
  principal: Principal;
  /** Id of the user who asks, or who owns the key that does; absent on public routes. */
  caller?: string;
  /** Throws when the caller has been logged out, or lost the right, since the guard looked; absent on public routes. */
  reauthorize?: () => void;
  /**
   * Watches the caller's session or key, the right the route asks for, and what `sees` throws for, while something long
   * goes on; absent on public routes. For `authorizedStream` and `whileAuthorized`, which end the watch.
   */
  watchRights?: (sees?: (now: Principal) => void) => RightsWatch;
  /** Whether the caller may act on what the route is about, and not only look at it: then upstreams' own words are told. */
  mayAct?: boolean;
  /** The route takes a raw body, which it reads and bounds itself. */
  hasRawBody?: boolean;
  /** A job was begun, which writes its own end into the audit trail. */
  jobStarted?: boolean;
  /** A public route has refused, and answered with a redirect to a page that says so. */
  refused?: boolean;
  /** Address of the peer; a proxy's word is taken only when the proxy is listed. */
  address: string;
  /** What the audit trail names as the target; the path of the request when unset. */
  auditTarget?: string;
  /** A few words for the audit trail: never a secret. */
  auditDetail?: string;
  /** Who the audit trail names, where a request only finds out itself (a log-in). */
  auditActor?: AuditActor;
}

export type ApiEnv = { Variables: ApiVariables };

export const createRoutes = () => new Hono<ApiEnv>();
