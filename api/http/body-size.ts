import { bodyLimit } from "hono/body-limit";
import { createMiddleware } from "hono/factory";
import { TEXT_FILE_MAX } from "../../shared/protocol/file.ts";
import { AppError } from "../../shared/server/errors.ts";
import type { ApiEnv } from "./context.ts";

const DEFAULT_MAX = 1024 * 1024;
/** A text travels as JSON: a character may take three bytes, or be escaped. */
const TEXT_MAX = 3 * TEXT_FILE_MAX;

const onError = () => {
  throw new AppError("too_large", "The request is too large.");
};
const usual = bodyLimit({ maxSize: DEFAULT_MAX, onError });
const text = bodyLimit({ maxSize: TEXT_MAX, onError });

/** Refuses a body above its route's limit before the handler runs; a raw body is measured by its route. */
export const bodySize = () =>
  createMiddleware<ApiEnv>((c, next) => {
    if (c.get("hasRawBody")) return next();
    return c.req.path === "/api/files/text" ? text(c, next) : usual(c, next);
  });
