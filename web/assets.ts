import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { extname, join, relative, sep } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import type { Encoding } from "../shared/server/http/preferred-encoding.ts";

/** One file of the build, held in memory. */
export interface Asset {
  type: string;
  etag: string;
  /** Its name carries a hash of its content: it never changes. */
  immutable: boolean;
  bytes(encoding: Encoding): Promise<Uint8Array<ArrayBuffer>>;
  encodings: readonly Encoding[];
}

const types: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".woff2": "font/woff2",
  ".json": "application/json",
  ".webmanifest": "application/manifest+json",
  ".txt": "text/plain; charset=utf-8",
};
const compressible = new Set([".html", ".js", ".css", ".svg", ".json", ".webmanifest", ".txt"]);

const brotli = promisify(brotliCompress);
const deflate = promisify(gzip);

const compressors: Record<Encoding, (bytes: Uint8Array) => Promise<Uint8Array<ArrayBuffer>>> = {
  identity: async (bytes) => new Uint8Array(bytes),
  // One step below the slowest level: a first request should not wait for the last percent.
  br: async (bytes) => new Uint8Array(await brotli(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 10 } })),
  gzip: async (bytes) => new Uint8Array(await deflate(bytes, { level: 9 })),
};

function createAsset(name: string, content: Uint8Array): Asset {
  const extension = extname(name);
  const packed = new Map<Encoding, Promise<Uint8Array<ArrayBuffer>>>();
  return {
    type: types[extension] ?? "application/octet-stream",
    etag: createHash("sha256").update(content).digest("base64url").slice(0, 27),
    immutable: name.startsWith("/assets/"),
    encodings: compressible.has(extension) ? ["br", "gzip", "identity"] : ["identity"],
    bytes(encoding) {
      let bytes = packed.get(encoding);
      if (!bytes) {
        bytes = compressors[encoding](content);
        packed.set(encoding, bytes);
      }
      return bytes;
    },
  };
}

/**
 * Reads a build into memory. Files are keyed by the path of their requests.
 * What is not in this list cannot be served, so no request ever touches the file system.
 */
export function loadAssets(folder: string, edit: (path: string, content: string) => string): Map<string, Asset> {
  const assets = new Map<string, Asset>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    const path = `/${relative(folder, file).split(sep).join("/")}`;
    if (!entry.isFile() || path.includes("/.")) continue;
    const content = readFileSync(file);
    assets.set(path, createAsset(path, path.endsWith(".html") ? Buffer.from(edit(path, content.toString())) : content));
  }
  return assets;
}
