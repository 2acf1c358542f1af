import { randomUUID } from "node:crypto";
import { createMiddleware } from "hono/factory";

/** Gives every request an id of our own making (a client's is not believed) and sends it back as `X-Request-Id`. */
export const requestId = () =>
  createMiddleware<{ Variables: { requestId: string } }>(async (c, next) => {
    const id = randomUUID();
    c.set("requestId", id);
    await next();
    c.res.headers.set("X-Request-Id", id);
  });
