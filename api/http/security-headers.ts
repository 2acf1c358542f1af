import { createMiddleware } from "hono/factory";
import type { ApiDeps } from "../deps.ts";
import { cameByHttps } from "./client-address.ts";
import type { ApiEnv } from "./context.ts";

const headers: Record<string, string> = {
  "Cache-Control": "no-store",
  "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-site",
  "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
};

/** Adds security headers to every response, unless the route has set its own. */
export const securityHeaders = ({ access }: Pick<ApiDeps, "access">) =>
  createMiddleware<ApiEnv>(async (c, next) => {
    await next();
    for (const [name, value] of Object.entries(headers)) {
      if (!c.res.headers.has(name)) c.res.headers.set(name, value);
    }
    if (cameByHttps(c, access)) {
      c.res.headers.set("Strict-Transport-Security", "max-age=31536000; includeSubDomains");
    }
  });
