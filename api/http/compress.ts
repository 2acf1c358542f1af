import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { createMiddleware } from "hono/factory";
import { preferredEncoding } from "../../shared/server/http/preferred-encoding.ts";

/** Below this a body fits into one packet anyway, in bytes. */
const MIN_BYTES = 1_024;

const deflate = promisify(gzip);

/**
 * Compresses responses of JSON for clients that take gzip. Files, archives and streams go out as they are, so that their length
 * is known and their first bytes do not wait.
 *
 * Hono's own middleware asks `Content-Length` for the size, which JSON has not got yet here, and would compress the smallest.
 */
export const compressJson = () =>
  createMiddleware(async (c, next) => {
    await next();
    const { headers, status } = c.res;
    const isJson = /^application\/json\b/i.test(headers.get("Content-Type") ?? "");
    if (!isJson || status === 206 || headers.has("Content-Encoding") || headers.has("Content-Disposition")) return;
    // A route that knows the length of a small body spares it a second copy, and streams that Node would make of it.
    if (Number(headers.get("Content-Length") ?? MIN_BYTES) < MIN_BYTES || !c.res.body) return;
    headers.append("Vary", "Accept-Encoding");
    if (c.req.method === "HEAD" || preferredEncoding(c.req.header("Accept-Encoding") ?? "", ["gzip"]) !== "gzip")
      return;
    const bytes = new Uint8Array(await c.res.arrayBuffer());
    const isSmall = bytes.byteLength < MIN_BYTES;
    const sent = isSmall ? bytes : new Uint8Array(await deflate(bytes));
    if (!isSmall) headers.set("Content-Encoding", "gzip");
    headers.set("Content-Length", String(sent.byteLength));
    c.res = new Response(sent, c.res);
  });
