import type { Context } from "hono";
import { AppError } from "../../../shared/server/errors.ts";
import type { ApiEnv } from "../../http/context.ts";

/**
 * Refuses who is limited to some containers: images, volumes, networks, stacks and the like belong to the host as a
 * whole, and through them every container could be reached.
 */
export function requireHostScope(c: Context<ApiEnv>): void {
  if (c.get("principal").limits.services === null) return;
  throw new AppError("forbidden", "You are limited to some containers, and this is about the host as a whole.");
}
