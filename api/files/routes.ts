import type { Context } from "hono";
import { z } from "zod";
import type { DownloadFile } from "../../shared/files/root/file-root.ts";
import { formatPath, parseEntryPath } from "../../shared/files/root/name.ts";
import { hasControlCharacter } from "../../shared/protocol/control-character.ts";
import type { FileChange, FileChangeType } from "../../shared/protocol/events/files.ts";
import {
  chooseVersionBody,
  type FileKind,
  fileEntrySchema,
  folderSchema,
  interruptedSaveParams,
  interruptedSaveSchema,
  listQuery,
  makeFolderBody,
  pathQuery,
  renameBody,
  textFileSchema,
  uploadQuery,
  writeFileBody,
} from "../../shared/protocol/file.ts";
import { ok } from "../../shared/protocol/result.ts";
import { AppError } from "../../shared/server/errors.ts";
import { authorizedStream } from "../access/identity/authorized-stream.ts";
import type { ApiDeps } from "../deps.ts";
import { attachment, parseRange } from "../http/byte-range.ts";
import { type ApiEnv, createRoutes } from "../http/context.ts";
import { described, type RouteDescription } from "../http/openapi.ts";
import { callerOf, createShares } from "../http/shares.ts";
import { validated } from "../http/validate.ts";

const describe = (summary: string, more: Partial<RouteDescription> = {}) =>
  described({ tag: "Files", summary, ...more });

/** A download that nobody takes for so long is over, in milliseconds: it holds a file open. */
const DOWNLOAD_IDLE_MS = 10 * 60_000;

/** `If-None-Match: *` asks that nothing be replaced. */
const uploadHeaders = z.object({
  "content-length": z.coerce.number().int().nonnegative().optional(),
  "if-none-match": z.literal("*").optional(),
});

/** Files below `FILE_MANAGER_ROOT`: `/api/files`. */
export const filesRoutes = ({ files, realtime }: Pick<ApiDeps, "files" | "realtime">) => {
  /** Each holds a place in the journal of saves while it comes: texts always find one there. */
  const uploads = createShares({
    total: 32,
    perCaller: 6,
    waiting: 24,
    busy: "Too many uploads are under way; try again when one has ended.",
  });
  /** Each holds a file open, and what was read ahead. */
  const downloads = createShares({
    total: 64,
    perCaller: 12,
    waiting: 36,
    busy: "Too many downloads are under way; try again when one has ended.",
  });
  /** Tells those who look at the folder; the watcher tells them too, save where the kernel has no watch left. */
  const tell = (path: string, type: FileChangeType) => {
    const { folder, name } = parseEntryPath(path);
    const change: FileChange = { path: formatPath(folder), type, name, timestamp: new Date().toISOString() };
    if (!hasControlCharacter(change.path)) realtime.emitToFiles(change.path, "change", change); // else nobody can watch it
  };
  const gone = (kind: FileKind): FileChangeType => (kind === "directory" ? "unlinkDir" : "unlink");
  const came = (kind: FileKind): FileChangeType => (kind === "directory" ? "addDir" : "add");

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
    .delete("/", describe("Remove a file, or a folder with all in it"), validated("query", pathQuery), async (c) => {
      const { path } = c.req.valid("query");
      c.set("auditTarget", path);
      tell(path, gone(await files.remove(path)));
      return c.json(ok({}));
    })
    .get(
      "/text",
      describe("Read a text file", { answer: { file: textFileSchema } }),
      validated("query", pathQuery),
      async (c) => c.json(ok({ file: await files.readText(c.req.valid("query").path, { anyEncoding: true }) })),
    )
    .put(
      "/text",
      describe("Write a text file whole", {
        description:
          "With `etag` the file is written in place: owner, group, mode, hard links, ACL, extended attributes and encoding " +
          "stay. A file with several hard links is refused with `confirmation_required` unless `allowHardLinks` is true.",
        answer: { file: textFileSchema },
      }),
      validated("json", writeFileBody),
      async (c) => {
        const { path, content, etag, allowHardLinks } = c.req.valid("json");
        c.set("auditTarget", path);
        const file = await files.writeText(path, content, etag, { allowHardLinks });
        tell(path, etag === undefined ? "add" : "change");
        return c.json(ok({ file }));
      },
    )
    .get(
      "/saves",
      describe("Saves that a crash or a full disk left half done", {
        description: "Both versions of each are kept until one is chosen, 30 days at most.",
        answer: { saves: z.array(interruptedSaveSchema) },
      }),
      async (c) => c.json(ok({ saves: await files.interruptedSaves() })),
    )
    .post(
      "/saves/:id",
      describe("Choose the version a file gets after an interrupted save"),
      validated("param", interruptedSaveParams),
      validated("json", chooseVersionBody),
      async (c) => {
        const { version } = c.req.valid("json");
        c.set("auditDetail", version);
        const path = await files.chooseVersion(c.req.valid("param").id, version);
        c.set("auditTarget", path);
        if (version !== "keep") tell(path, "change");
        return c.json(ok({}));
      },
    )
    .post("/folder", describe("Make a folder", { status: 201 }), validated("json", makeFolderBody), async (c) => {
      const { path } = c.req.valid("json");
      c.set("auditTarget", path);
      await files.makeFolder(path);
      tell(path, "addDir");
      return c.json(ok({}), 201);
    })
    .post("/rename", describe("Rename or move, never over something"), validated("json", renameBody), async (c) => {
      const { from, to } = c.req.valid("json");
      c.set("auditTarget", from);
      c.set("auditDetail", `to ${to}`.slice(0, 200));
      const kind = await files.rename(from, to);
      tell(from, gone(kind));
      tell(to, came(kind));
      return c.json(ok({}));
    })
    .get(
      "/download",
      describe("Download a file, or a range of it", { media: "application/octet-stream" }),
      validated("query", pathQuery),
      async (c) => {
        const leave = await downloads.enter(callerOf(c), c.req.raw.signal);
        try {
          c.get("reauthorize")?.(); // waiting takes its time
          return await answerDownload(c, await files.openDownload(c.req.valid("query").path), leave);
        } catch (error) {
          leave();
          throw error;
        }
      },
    )
    .put(
      "/upload",
      describe("Upload a file: the body is its bytes", {
        description:
          "An existing file gets the new content once all has come, and stays what it is otherwise, unless " +
          "`If-None-Match: *` is sent. One with several hard links is refused with `confirmation_required` unless " +
          "`allowHardLinks=true` is given.",
        rawBody: "application/octet-stream",
        answer: { entry: fileEntrySchema },
        status: 201,
      }),
      validated("query", uploadQuery),
      validated("header", uploadHeaders),
      async (c) => {
        const { path, allowHardLinks } = c.req.valid("query");
        const headers = c.req.valid("header");
        c.set("auditTarget", path);
        if (c.req.header("Content-Encoding") !== undefined) {
          throw new AppError("unsupported_media_type", "An upload is sent as it is, without encoding.");
        }
        const receive = async () => {
          const watch = c.get("watchRights")?.();
          try {
            return await files.upload(path, c.req.raw.body ?? new Blob([]).stream(), {
              replace: headers["if-none-match"] === undefined,
              allowHardLinks,
              confirm: () => c.get("reauthorize")?.(),
              signal: watch?.signal,
              ...(headers["content-length"] === undefined ? {} : { size: headers["content-length"] }),
            });
          } finally {
            watch?.end();
          }
        };
        const { entry, replaced } = await uploads.run(callerOf(c), receive, c.req.raw.signal);
        tell(path, replaced ? "change" : "add");
        return c.json(ok({ entry }), replaced ? 200 : 201);
      },
    );
};

/** The file, or the range of it that is asked for; calls `onEnd` once nothing of it is read any more. */
async function answerDownload(c: Context<ApiEnv>, file: DownloadFile, onEnd: () => void): Promise<Response> {
  const { size, etag } = file;
  const ifRange = c.req.header("If-Range");
  const current = ifRange === undefined || ifRange === etag;
  const range = current ? parseRange(c.req.header("Range"), size) : undefined;
  // Opened in a tab of our own origin, a file of somebody's making must not run there.
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
