import type { Context } from "hono";
import { z } from "zod";
import type { DownloadFile } from "../../shared/files/root/file-root.ts";
import {
  folderSchema,
  interruptedSaveSchema,
  listQuery,
  pathQuery,
  textFileSchema,
} from "../../shared/protocol/file.ts";
import { ok } from "../../shared/protocol/result.ts";
import { authorizedStream } from "../access/identity/authorized-stream.ts";
import type { ApiDeps } from "../deps.ts";
import { attachment, parseRange } from "../http/byte-range.ts";
import { callerOf, createConcurrencyLimit } from "../http/concurrency-limit.ts";
import { type ApiEnv, createRoutes } from "../http/context.ts";
import { described, type RouteDescription } from "../http/openapi.ts";
import { validated } from "../http/validate.ts";
import { fileErrors } from "./messages.ts";

const describe = (summary: string, more: Partial<RouteDescription> = {}) =>
  described({ tag: "Files", summary, ...more });

/** Longest time in milliseconds without a read by the client before a download ends, because it holds a file open. */
const DOWNLOAD_IDLE_MS = 10 * 60_000;

/** Reads of files below `FILE_MANAGER_ROOT`: `/api/files`. */
export const filesRoutes = ({ files }: Pick<ApiDeps, "files">) => {
  /** Each holds a file open, and a buffer of what was read ahead. */
  const downloads = createConcurrencyLimit({
    total: 64,
    perCaller: 12,
    queue: 36,
    message: fileErrors.tooManyDownloads,
  });
  return createRoutes()
    .get(
      "/",
      describe("List a folder, page by page", { answer: { folder: folderSchema } }),
      validated("query", listQuery),
      async (c) => {
        const { path, ...page } = c.req.valid("query");
        return c.json(ok({ folder: await files.list(path, page) }));
      },
    )
    .get(
      "/text",
      describe("Read a text file", { answer: { file: textFileSchema } }),
      validated("query", pathQuery),
      async (c) => c.json(ok({ file: await files.readText(c.req.valid("query").path, { anyEncoding: true }) })),
    )
    .get(
      "/saves",
      describe("List saves that a crash or a full disk interrupted", {
        description: "Both versions of each are kept until one is chosen, for at most 30 days.",
        answer: { saves: z.array(interruptedSaveSchema) },
      }),
      async (c) => c.json(ok({ saves: await files.interruptedSaves() })),
    )
    .get(
      "/download",
      describe("Download a file, or a range of it", { media: "application/octet-stream" }),
      validated("query", pathQuery),
      async (c) => {
        const release = await downloads.acquire(callerOf(c), c.req.raw.signal);
        try {
          c.get("reauthorize")?.(); // rights may have changed during the wait
          return await answerDownload(c, await files.openDownload(c.req.valid("query").path), release);
        } catch (error) {
          release();
          throw error;
        }
      },
    );
};

/** Responds with the file, or with the range that the request names. Calls `onEnd` once, when reading has ended. */
async function answerDownload(c: Context<ApiEnv>, file: DownloadFile, onEnd: () => void): Promise<Response> {
  const { size, etag } = file;
  const ifRange = c.req.header("If-Range");
  const current = ifRange === undefined || ifRange === etag;
  const range = current ? parseRange(c.req.header("Range"), size) : undefined;
  // A file that is opened in a tab must not run scripts in the origin of the panel.
  c.header("Content-Disposition", attachment(file.name));
  c.header("Content-Type", "application/octet-stream");
  c.header("Content-Security-Policy", "default-src 'none'; sandbox");
  c.header("X-Content-Type-Options", "nosniff");
  c.header("Cache-Control", "no-store");
  c.header("Accept-Ranges", "bytes");
  c.header("ETag", etag);
  c.header("Last-Modified", file.modifiedAt.toUTCString());
  const { start, end } = range ?? { start: 0, end: size - 1 };
  if (range === null) c.header("Content-Range", `bytes */${size}`);
  else {
    if (range) c.header("Content-Range", `bytes ${start}-${end}/${size}`);
    c.header("Content-Length", String(end - start + 1));
  }
  if (range === null || c.req.method === "HEAD" || size === 0) {
    await file.close();
    onEnd();
    return c.body(null, range === null ? 416 : range ? 206 : 200);
  }
  const body = authorizedStream(c, file.stream(start, end), { idleMs: DOWNLOAD_IDLE_MS, onEnd });
  return c.body(body, range ? 206 : 200);
}
