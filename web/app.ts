import type { HttpBindings } from "@hono/node-server";
import { type Context, Hono } from "hono";
import { ok } from "../shared/protocol/result.ts";
import { hasOneHost, type OriginPolicy } from "../shared/server/http/origin-policy.ts";
import { preferredEncoding } from "../shared/server/http/preferred-encoding.ts";
import type { Log } from "../shared/server/log.ts";
import type { Asset } from "./assets.ts";
import { isPageAddress } from "./page-addresses.ts";
import { type ConnectTargets, commonHeaders, fileHeaders, securityHeaders } from "./security-headers.ts";

export interface WebDeps {
  /** Files of the build by path; `/index.html` is among them. */
  assets: ReadonlyMap<string, Asset>;
  originPolicy: OriginPolicy;
  targets: ConnectTargets;
  /** Of the release that runs. */
  build: string;
  log: Log;
}

const unknownAddress =
  "This server is not set up for the address in your browser. If the address is right, add it to PUBLIC_ORIGIN in the settings of the server, and restart it.";

type WebEnv = { Bindings: Partial<HttpBindings> | undefined };

/** Serves the single-page app. It knows no session: every file is public, and no data is among them. */
export function createWebApp({ assets, originPolicy, targets, build, log }: WebDeps) {
  return new Hono<WebEnv>()
    .onError((error, c) => {
      log.error({ err: error }, "request failed");
      return c.text("Something went wrong.", 500, commonHeaders);
    })
    .use(async (c, next) => {
      const host = c.req.header("host");
      // Absent when the app is asked without a server around it.
      const incoming = c.env?.incoming;
      if (!host || !originPolicy.allowsHost(host) || (incoming && !hasOneHost(incoming))) {
        return c.text(unknownAddress, 421, commonHeaders);
      }
      await next();
      if (c.res.ok && isFile(assets.get(c.req.path))) {
        for (const [name, value] of Object.entries(fileHeaders)) c.header(name, value);
        return;
      }
      const isHttps = originPolicy.allowsOrigin(`https://${host.toLowerCase()}`);
      for (const [name, value] of Object.entries(securityHeaders(host, targets, isHttps))) c.header(name, value);
    })
    .get("/health", (c) => {
      c.header("Cache-Control", "no-store");
      return c.json(ok({ status: "healthy" }));
    })
    .get("/version", (c) => {
      c.header("Cache-Control", "no-store");
      // Whether all processes run the same release, and nothing about which one: every visitor can ask.
      return c.json(ok({ build }));
    })
    .get("*", async (c) => {
      const path = c.req.path;
      const page = assets.get("/index.html");
      const asset = isPageAddress(path) ? page : assets.get(path);
      if (asset) return sendAsset(c, asset);
      // The app shows its own page with a way back; a script or program never gets a page in place of a file.
      if (page && takesPages(c)) return sendAsset(c, page, 404);
      return c.text("Not found.", 404, { "Cache-Control": "no-store" });
    })
    .all("*", (c) => c.text("Only GET and HEAD are allowed.", 405, { Allow: "GET, HEAD" }));
}

/** A script, style, picture or font. The headers of a document would double a small one. */
const isFile = (asset: Asset | undefined): boolean => asset !== undefined && !asset.type.startsWith("text/html");

/** Whether a client has this representation. A proxy that compresses makes validators weak, which are equal here (RFC 9110, 13.1.2). */
const isKnown = (known: string | undefined, etag: string): boolean =>
  known?.split(",").some((one) => one.trim().replace(/^W\//, "") === etag) === true;

/** Whether the request is a browser's for a page: for scripts, styles and pictures no browser asks for HTML. */
const takesPages = (c: Context<WebEnv>): boolean => /(^|,)\s*text\/html\s*(;|,|$)/i.test(c.req.header("accept") ?? "");

async function sendAsset(c: Context<WebEnv>, asset: Asset, status: 200 | 404 = 200): Promise<Response> {
  const encoding = preferredEncoding(c.req.header("accept-encoding") ?? "", asset.encodings);
  // A strong validator names one representation, and an encoding is one of its own.
  const etag = `"${asset.etag}-${encoding}"`;
  const headers: Record<string, string> = {
    ...(status === 404
      ? { "Cache-Control": "no-store" }
      : { "Cache-Control": asset.immutable ? "public, max-age=31536000, immutable" : "no-cache", ETag: etag }),
    ...(asset.encodings.length > 1 ? { Vary: "Accept-Encoding" } : {}),
  };
  if (status === 200 && isKnown(c.req.header("if-none-match"), etag)) return c.body(null, 304, headers);
  const bytes = await asset.bytes(encoding);
  headers["Content-Type"] = asset.type;
  headers["Content-Length"] = String(bytes.byteLength);
  if (encoding !== "identity") headers["Content-Encoding"] = encoding;
  return c.body(bytes, status, headers);
}
