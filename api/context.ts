import { Hono } from "hono";
import type { Principal } from "../shared/protocol/access.ts";

/** What the guard has put on every request that reached a route. */
export interface ApiVariables {
  requestId: string;
  /** Absent on the few public routes only. */
  principal: Principal;
  /** What the audit trail names as the target; the path of the request when unset. */
  auditTarget?: string;
}

export type ApiEnv = { Variables: ApiVariables };

export const createRoutes = () => new Hono<ApiEnv>();
