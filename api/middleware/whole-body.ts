import { createMiddleware } from "hono/factory";
import { AppError } from "../../shared/server/errors.ts";
import type { ApiEnv } from "../context.ts";

/**
 * Waits for the body of a change, then looks once more at who sent it: a request that was let in before the log-out must
 * not be finished after it by sending its last byte late. An upload is looked at when it is placed.
 */
export const wholeBody = () =>
  createMiddleware<ApiEnv>(async (c, next) => {
    const { method, path } = c.req;
    if (method === "GET" || method === "HEAD" || path === "/api/files/upload") return next();
    try {
      await c.req.arrayBuffer(); // kept for whoever reads it next
    } catch (error) {
      throw new AppError("invalid_input", "The request ended early.", { cause: error });
    }
    c.get("stillAllowed")?.();
    return next();
  });
