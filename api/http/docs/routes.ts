import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Hono } from "hono";
import { z } from "zod";
import { AppError } from "../../../shared/server/errors.ts";
import { type ApiEnv, createRoutes } from "../context.ts";
import { messages } from "../messages.ts";
import { described } from "../openapi.ts";
import { validated } from "../validate.ts";
import { referencePage } from "./page.ts";
import { createSpec, type Spec } from "./spec.ts";

const policy = "default-src 'none'; script-src 'self'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'";
const tag = "Reference";

const readAsset = (name: string) => readFileSync(join(import.meta.dirname, name), "utf8");
const assets = new Map([
  ["reference.css", { type: "text/css; charset=utf-8", text: readAsset("reference.css") }],
  ["reference.js", { type: "text/javascript; charset=utf-8", text: readAsset("reference.js") }],
]);

/** The description of every route of `app`, for programs and for people. */
export function docsRoutes(app: Hono<ApiEnv>) {
  let spec: Promise<Spec> | undefined;
  const describe = () => {
    spec ??= createSpec(app);
    return spec;
  };
  return createRoutes()
    .get(
      "/openapi.json",
      described({ tag, summary: "This API as an OpenAPI document", media: "application/json" }),
      async (c) => c.json(await describe()),
    )
    .get("/docs", described({ tag, summary: "This API as a page", media: "text/html" }), async (c) => {
      c.header("Content-Security-Policy", policy);
      return c.html(await referencePage(await describe()));
    })
    .get(
      "/docs/:asset",
      described({ tag, summary: "Style and script of the page", media: "text/css" }),
      validated("param", z.object({ asset: z.string().max(64) })),
      (c) => {
        const asset = assets.get(c.req.valid("param").asset);
        if (!asset) throw new AppError("not_found", messages.noSuchFile);
        return c.body(asset.text, 200, { "Content-Type": asset.type });
      },
    );
}
