import { createMiddleware } from "hono/factory";
import { AppError } from "../../shared/server/errors.ts";
import { jsonAmbiguity } from "../../shared/server/http/strict-json.ts";
import type { ApiEnv } from "./context.ts";
import { messages } from "./messages.ts";

/**
 * Reads the body of a change and then checks the rights of the caller again: a request that was admitted before a log-out
 * cannot be completed after it by a late last byte, nor by a body that waited to be read. Refuses ambiguous JSON and invalid
 * UTF-8 on every route. Routes with a raw body read it themselves, and check the rights while it arrives.
 */
export const bufferBody = () =>
  createMiddleware<ApiEnv>(async (c, next) => {
    const { method } = c.req;
    if (method === "GET" || method === "HEAD" || c.get("hasRawBody")) return next();
    let body: ArrayBuffer;
    try {
      body = await c.req.arrayBuffer(); // Hono caches it for the handler
    } catch (error) {
      throw new AppError("invalid_input", messages.endedEarly, { cause: error });
    }
    const ambiguity = jsonAmbiguity(toText(body));
    if (ambiguity) throw new AppError("invalid_input", messages.ambiguousJson(ambiguity));
    c.get("reauthorize")?.();
    return next();
  });

/** @throws AppError `invalid_input` for bytes that are not UTF-8, which a decoder would replace with another character */
function toText(body: ArrayBuffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(body);
  } catch (error) {
    throw new AppError("invalid_input", messages.notUtf8, { cause: error });
  }
}
