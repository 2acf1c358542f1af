import type { Context } from "hono";
import type { Principal } from "../../../shared/protocol/access.ts";
import { AppError } from "../../../shared/server/errors.ts";
import type { AccessEntry } from "../../http/access-entry.ts";
import type { ApiEnv } from "../../http/context.ts";
import { messages } from "../messages.ts";

/** Refuses the caller of a request as `requireHostScopeOf` does. */
export const requireHostScope = (c: Context<ApiEnv>): void => requireHostScopeOf(c.get("principal"));

/**
 * Refuses a principal whose scope is some containers: images, volumes, networks, stacks and the like belong to the whole
 * host, and give access to every container.
 *
 * @throws AppError `forbidden`
 */
export function requireHostScopeOf({ limits }: Principal): void {
  if (limits.services === null) return;
  throw new AppError("forbidden", messages.hostScopeRequired);
}

/**
 * Refuses a principal whose scope is narrower than a row of the access table requires.
 *
 * @throws AppError `forbidden`
 */
export function requireScope(principal: Principal, scope: AccessEntry["scope"]): void {
  if (scope === undefined) return;
  requireHostScopeOf(principal);
  if (scope === "host" || principal.limits.deployments === null) return;
  throw new AppError("forbidden", messages.fullScopeRequired);
}
