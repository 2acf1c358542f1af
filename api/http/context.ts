import { Hono } from "hono";
import type { Principal } from "../../shared/protocol/access.ts";
import type { AuditActor } from "../../shared/protocol/account.ts";
import type { RightsWatch } from "../access/identity/live-rights.ts";

/** What the guard sets on every request that reaches a route. */
export interface ApiVariables {
  requestId: string;
  /** Absent on public routes. */
  principal: Principal;
  /** Id of the user who calls, or who owns the API key; absent on public routes. */
  caller?: string;
  /** Checks the session and the rights again. @throws AppError when either is gone; absent on public routes */
  reauthorize?: () => void;
  /**
   * Watches the session or key of the caller, the permission of the route, and what `sees` checks, during a long response.
   * Absent on public routes. For `authorizedStream` and `whileAuthorized`, which end the watch.
   */
  watchRights?: (sees?: (now: Principal) => void) => RightsWatch;
  /** Whether the caller may act on what the route shows: then responses include the message of the upstream. */
  mayAct?: boolean;
  /** The route takes a raw body, which it reads and bounds itself. */
  hasRawBody?: boolean;
  /** A job was started, which records its own end in the audit trail. */
  jobStarted?: boolean;
  /** A public route has refused by a redirect to a page with the reason. */
  refused?: boolean;
  /** Address of the peer. Forwarded addresses count from listed proxies only. */
  address: string;
  /** Target in the audit trail; the path of the request by default. */
  auditTarget?: string;
  /** A few words for the audit trail: never a secret. */
  auditDetail?: string;
  /** Actor in the audit trail, set by a log-in. */
  auditActor?: AuditActor;
}

export type ApiEnv = { Variables: ApiVariables };

export const createRoutes = () => new Hono<ApiEnv>();
