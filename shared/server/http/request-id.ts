import { randomUUID } from "node:crypto";
import { createMiddleware } from "hono/factory";

/** Gives each request a new id and returns it as `X-Request-Id`. Ids sent by clients are ignored. */
export const requestId = () =>
  createMiddleware<{ Variables: { requestId: string } }>(async (c, next) => {
    const id = randomUUID();
    c.set("requestId", id);
    await next();
    c.res.headers.set("X-Request-Id", id);
  });
