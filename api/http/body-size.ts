import type { IncomingMessage } from "node:http";
import { bodyLimit } from "hono/body-limit";
import { createMiddleware } from "hono/factory";
import { TEXT_FILE_MAX } from "../../shared/protocol/file.ts";
import { MCP_GATEWAY_PATH } from "../../shared/protocol/mcp-gateway-limits.ts";
import { AppError } from "../../shared/server/errors.ts";
import { nodeRequest } from "./client-address.ts";
import type { ApiEnv } from "./context.ts";
import { messages } from "./messages.ts";

const DEFAULT_MAX = 1024 * 1024;
/** A text is sent as JSON, where a character takes up to three bytes. */
const TEXT_MAX = 3 * TEXT_FILE_MAX;

/** Arguments of a tool may hold a small file. */
const GATEWAY_MAX = 4 * 1024 * 1024;

/** Longest body that is read to its end, and discarded, before it is refused. */
const DISCARD_MAX = 16 * 1024 * 1024;

const onError = (): never => {
  throw new AppError("too_large", messages.tooLarge);
};
/**
 * Waits until a body has come, and keeps nothing of it: a client that still sends when the connection is closed, nginx among
 * them, takes the end of the connection for the response. The server ends senders that are too slow.
 */
const discard = async (request: IncomingMessage | undefined): Promise<void> => {
  if (!request || request.complete || request.destroyed) return;
  request.resume();
  await new Promise<void>((resolve) => request.once("end", resolve).once("close", resolve));
};
/** A body whose length is known is not touched: Node would make streams of it, and its handler could not read it at once. */
const limit = (maxSize: number) => {
  const unknownLength = bodyLimit({ maxSize, onError });
  return createMiddleware<ApiEnv>((c, next) => {
    const length = c.req.header("Content-Length");
    if (length === undefined || c.req.header("Transfer-Encoding") !== undefined) return unknownLength(c, next);
    if (Number(length) <= maxSize) return next();
    return Number(length) <= DISCARD_MAX ? discard(nodeRequest(c)).then(onError) : onError();
  });
};
const standard = limit(DEFAULT_MAX);
const gateway = limit(GATEWAY_MAX);
const text = limit(TEXT_MAX);

/** Refuses a body above the limit of its route before the handler runs. Routes with a raw body measure it themselves. */
export const bodySize = () =>
  createMiddleware<ApiEnv>((c, next) => {
    if (c.get("hasRawBody")) return next();
    if (c.req.path === MCP_GATEWAY_PATH) return gateway(c, next);
    return c.req.path === "/api/files/text" ? text(c, next) : standard(c, next);
  });
