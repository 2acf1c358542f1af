import { z } from "zod";
import {
  chooseVersionBody,
  fileEntrySchema,
  interruptedSaveParams,
  makeFolderBody,
  pathQuery,
  renameBody,
  textFileSchema,
  uploadQuery,
  writeFileBody,
} from "../../shared/protocol/file.ts";
import { action } from "../actions/action.ts";
import { hostTarget } from "../actions/host-target.ts";
import { fileErrors } from "./messages.ts";
import { added, notifyFolder, removed } from "./notify-folder.ts";

const tag = "Files";
const MAX_DETAIL = 200;

/** `If-None-Match: *` refuses to replace a file. */
const uploadHeaders = z.object({
  "content-length": z.coerce.number().int().nonnegative().optional(),
  "if-none-match": z.literal("*").optional(),
});

const removeEntry = action({
  name: "file:remove",
  method: "DELETE",
  path: "/files",
  title: "Remove a file, or a folder with everything in it",
  tag,
  permission: "files:change",
  query: pathQuery,
  mode: "respond",
  target: hostTarget(({ query }: { query: { path: string } }) => query.path),
  apply: async ({ query: { path } }, { deps }) => {
    notifyFolder(deps, path, removed(await deps.files.remove(path)));
    return {};
  },
});

const writeText = action({
  name: "file:write",
  method: "PUT",
  path: "/files/text",
  title: "Write a text file",
  tag,
  description:
    "With `etag` the file is written in place: owner, group, mode, hard links, ACL, extended attributes and encoding " +
    "stay. A file with several hard links is refused with `confirmation_required` unless `allowHardLinks` is true.",
  permission: "files:change",
  body: writeFileBody,
  mode: "respond",
  result: { file: textFileSchema },
  target: hostTarget(({ body }: { body: { path: string } }) => body.path),
  apply: async ({ body: { path, content, etag, allowHardLinks } }, { deps }) => {
    const file = await deps.files.writeText(path, content, etag, { allowHardLinks });
    notifyFolder(deps, path, etag === undefined ? "add" : "change");
    return { file };
  },
});

const chooseVersion = action({
  name: "file:choose-version",
  method: "POST",
  path: "/files/saves/:id",
  title: "Choose the version that a file gets after an interrupted save",
  tag,
  permission: "files:change",
  params: interruptedSaveParams,
  body: chooseVersionBody,
  mode: "respond",
  target: hostTarget(({ params }: { params: { id: string } }) => params.id),
  detail: ({ body }) => body.version,
  apply: async ({ params: { id }, body: { version } }, { deps, nameTarget }) => {
    const path = await deps.files.chooseVersion(id, version);
    nameTarget(path);
    if (version !== "keep") notifyFolder(deps, path, "change");
    return {};
  },
});

const createFolder = action({
  name: "file:create-folder",
  method: "POST",
  path: "/files/folder",
  title: "Create a folder",
  tag,
  permission: "files:change",
  body: makeFolderBody,
  mode: "respond",
  status: 201,
  target: hostTarget(({ body }: { body: { path: string } }) => body.path),
  apply: async ({ body: { path } }, { deps }) => {
    await deps.files.makeFolder(path);
    notifyFolder(deps, path, "addDir");
    return {};
  },
});

const renameEntry = action({
  name: "file:rename",
  method: "POST",
  path: "/files/rename",
  title: "Rename or move an entry; never replaces another",
  tag,
  permission: "files:change",
  body: renameBody,
  mode: "respond",
  target: hostTarget(({ body }: { body: { from: string } }) => body.from),
  detail: ({ body }) => `to ${body.to}`.slice(0, MAX_DETAIL),
  apply: async ({ body: { from, to } }, { deps }) => {
    const kind = await deps.files.rename(from, to);
    notifyFolder(deps, from, removed(kind));
    notifyFolder(deps, to, added(kind));
    return {};
  },
});

const uploadFile = action({
  name: "file:upload",
  method: "PUT",
  path: "/files/upload",
  title: "Upload a file: the body is its bytes",
  tag,
  description:
    "Responds with 201 for a new file and 200 for one that is replaced. An existing file gets the new content once all " +
    "of it has arrived, and keeps the old one otherwise; `If-None-Match: *` refuses to replace it. One with several " +
    "hard links is refused with `confirmation_required` unless `allowHardLinks=true` is given.",
  permission: "files:change",
  query: uploadQuery,
  headers: uploadHeaders,
  streamedBody: "application/octet-stream",
  // Each upload has an entry in the journal of saves while it arrives: saves of texts always find one free.
  concurrency: { total: 32, perCaller: 6, queue: 24, message: fileErrors.tooManyUploads },
  mode: "respond",
  status: 201,
  result: { entry: fileEntrySchema },
  target: hostTarget(({ query }: { query: { path: string } }) => query.path),
  apply: async ({ query: { path, allowHardLinks }, headers }, { deps, stream, job, reauthorize, respondWith }) => {
    const { entry, replaced } = await deps.files.upload(path, stream ?? new Blob([]).stream(), {
      replace: headers["if-none-match"] === undefined,
      allowHardLinks,
      confirm: reauthorize,
      signal: job.signal,
      size: headers["content-length"],
    });
    if (replaced) respondWith(200);
    notifyFolder(deps, path, replaced ? "change" : "add");
    return { entry };
  },
});

export const fileActions = [removeEntry, writeText, chooseVersion, createFolder, renameEntry, uploadFile] as const;
