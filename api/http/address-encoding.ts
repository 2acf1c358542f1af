import { createMiddleware } from "hono/factory";
import { AppError } from "../../shared/server/errors.ts";
import type { ApiEnv } from "./context.ts";
import { messages } from "./messages.ts";

/**
 * Refuses an address with an escape that is not UTF-8, such as `%E9` or `%zz`. It would be read as literal characters: it
 * would name the same file as `%25E9`, and not the one that the sender meant.
 */
export const refuseBadEscapes = () =>
  createMiddleware<ApiEnv>(async (c, next) => {
    const { pathname, search } = new URL(c.req.url);
    try {
      decodeURIComponent(pathname + search);
    } catch (error) {
      throw new AppError("invalid_input", messages.badEscape, { cause: error });
    }
    await next();
  });
