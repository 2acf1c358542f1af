import type { Context } from "hono";
import { bearerToken } from "../../shared/server/emit-token.ts";
import { AppError } from "../../shared/server/errors.ts";
import type { OriginPolicy } from "../../shared/server/http/origin-policy.ts";
import { hostOf } from "./client-address.ts";
import { messages } from "./messages.ts";

const refused = () => new AppError("forbidden", messages.foreignPage);

/**
 * Refuses requests from pages of other sites. A browser names the page of every change by `Origin`, `Sec-Fetch-Site` or
 * both. A request without both comes from a program, which must not send cookies.
 */
export function refuseForeignOrigin(c: Context, policy: OriginPolicy, changes: boolean): void {
  const origin = c.req.header("Origin");
  const site = c.req.header("Sec-Fetch-Site");
  if (origin !== undefined && !policy.allowsOrigin(origin)) throw refused();
  if (!changes) return;
  if (origin === undefined) {
    if (site === undefined) {
      if (c.req.header("Cookie") !== undefined && bearerToken(c.req.header("Authorization")) === undefined)
        throw refused();
      return;
    }
    if (site !== "same-origin") throw refused();
    return;
  }
  if (site === undefined || site === "same-origin") return;
  // The web app on another port is the same site. A page of this origin would be the same origin.
  const own = new URL(origin).host === hostOf(c);
  if (site !== "same-site" || own) throw refused();
}

/** Refuses bodies of changes that are not JSON: a form of another site can send other types without a preflight. */
export function refuseForeignBody(c: Context, rawBody: boolean): void {
  if (rawBody) return;
  const type = c.req.header("Content-Type");
  const length = c.req.header("Content-Length");
  const hasBody = c.req.header("Transfer-Encoding") !== undefined || (length !== undefined && length !== "0");
  if (type === undefined && !hasBody) return;
  if (!/^application\/json\s*(;|$)/i.test(type ?? "")) {
    throw new AppError("unsupported_media_type", messages.jsonOnly);
  }
  // The body is read as UTF-8, which would change the text of another encoding.
  const charset = /;\s*charset\s*=\s*"?([^\s;"]*)/i.exec(type ?? "")?.[1];
  if (charset !== undefined && !/^(utf-?8|us-ascii)$/i.test(charset)) {
    throw new AppError("unsupported_media_type", messages.utf8Only);
  }
  if (c.req.header("Content-Encoding") !== undefined) {
    throw new AppError("unsupported_media_type", messages.uncompressedOnly);
  }
}

const METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE";

/** Allows pages of the listed origins, and no others, to read the response. */
export function allowListedOrigin(c: Context, policy: OriginPolicy): void {
  c.res.headers.append("Vary", "Origin");
  const origin = c.req.header("Origin");
  if (origin === undefined || !policy.allowsOrigin(origin)) return;
  c.res.headers.set("Access-Control-Allow-Origin", origin);
  c.res.headers.set("Access-Control-Allow-Credentials", "true");
  c.res.headers.set(
    "Access-Control-Expose-Headers",
    "Content-Disposition, Date, Mcp-Session-Id, Retry-After, WWW-Authenticate, X-Request-Id",
  );
}

/** Whether the request is a preflight of a browser. */
export const isPreflight = (c: Context): boolean =>
  c.req.method === "OPTIONS" &&
  c.req.header("Origin") !== undefined &&
  c.req.header("Access-Control-Request-Method") !== undefined;

export function answerPreflight(c: Context): Response {
  return c.body(null, 204, {
    "Access-Control-Allow-Methods": METHODS,
    "Access-Control-Allow-Headers":
      "Content-Type, Authorization, Idempotency-Key, If-None-Match, X-Requested-With, Mcp-Session-Id, MCP-Protocol-Version, Last-Event-ID",
    "Access-Control-Max-Age": "600",
  });
}
