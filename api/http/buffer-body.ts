import { createMiddleware } from "hono/factory";
import { AppError } from "../../shared/server/errors.ts";
import { jsonAmbiguity } from "../../shared/server/strict-json.ts";
import type { ApiEnv } from "./context.ts";

/**
 * Waits for the body of a change, then looks once more at who sent it: a request that was let in before the log-out must
 * not be finished after it by sending its last byte late. JSON that can be read in two ways is refused here, for every
 * route. A raw body is left to its route, which checks the rights while it comes.
 */
export const bufferBody = () =>
  createMiddleware<ApiEnv>(async (c, next) => {
    const { method } = c.req;
    if (method === "GET" || method === "HEAD" || c.get("hasRawBody")) return next();
    let body: ArrayBuffer;
    try {
      body = await c.req.arrayBuffer(); // kept for whoever reads it next
    } catch (error) {
      throw new AppError("invalid_input", "The request ended early.", { cause: error });
    }
    const ambiguity = jsonAmbiguity(Buffer.from(body).toString());
    if (ambiguity) throw new AppError("invalid_input", `The JSON of the request ${ambiguity}.`);
    c.get("reauthorize")?.();
    return next();
  });
