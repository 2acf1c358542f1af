import { z } from "zod";
import { AppError } from "../../../shared/server/errors.ts";
import type { ApiDeps } from "../../deps.ts";
import { callerOf } from "../../http/concurrency-limit.ts";
import { createRoutes } from "../../http/context.ts";
import { described } from "../../http/openapi.ts";
import { validated } from "../../http/validate.ts";
import { messages } from "./messages.ts";

/** Nothing of the browser is granted to an app, whatever its server asks for. */
const NO_PERMISSIONS = [
  "camera",
  "clipboard-read",
  "clipboard-write",
  "display-capture",
  "fullscreen",
  "geolocation",
  "microphone",
  "payment",
  "publickey-credentials-create",
  "publickey-credentials-get",
  "usb",
]
  .map((name) => `${name}=()`)
  .join(", ");

/** Apps of MCP servers, each once, for the frame of the person who opened it: `/api/mcp-apps`. */
export const mcpAppRoutes = ({ mcp }: Pick<ApiDeps, "mcp">) =>
  createRoutes().get(
    "/:view",
    described({ tag: "MCP", summary: "The HTML of an opened MCP App, once", media: "text/html" }),
    validated("param", z.object({ view: z.string().max(64) })),
    (c) => {
      const view = mcp.workbench.apps.take(c.req.valid("param").view, callerOf(c));
      if (!view) throw new AppError("not_found", messages.noSuchView);
      return c.body(Uint8Array.from(view.html), 200, {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": view.policy,
        "Cache-Control": "no-store",
        "Permissions-Policy": NO_PERMISSIONS,
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-DNS-Prefetch-Control": "off",
        // Browsers go by frame-ancestors, which names the page.
        "X-Frame-Options": "SAMEORIGIN",
      });
    },
  );
