import { realpath } from "node:fs/promises";
import { Readable } from "node:stream";
import { AppError } from "../../server/errors.ts";
import { chooseVersion, listInterrupted, namesBelow, stateOf } from "../saving/interrupted-saves.ts";
import { createFolder, sweepDrafts } from "../saving/new-file.ts";
import { removeAt, renameEntry, uploadTo } from "./entries.ts";
import type { FileRoot, FileRootOptions } from "./file-root.ts";
import type { Folder } from "./folder.ts";
import { listFolder } from "./listing.ts";
import { formatPath, hasEscapedBytes, parseEntryPath, parsePath } from "./name.ts";
import { openRegularFile } from "./reading.ts";
import { createRootContext, requireJournal } from "./root-context.ts";
import { readTextIn, writeText } from "./text-files.ts";

export type { DownloadFile, FileRoot, FileRootOptions, WriteOptions } from "./file-root.ts";

const MAX_UPLOAD = 10 * 1024 ** 3;
const UPLOAD_IDLE_MS = 60_000;

export function createFileRoot(options: FileRootOptions): FileRoot {
  const { root, journal, uploadMax = MAX_UPLOAD, uploadIdleMs = UPLOAD_IDLE_MS } = options;
  const context = createRootContext(options);
  const { inside, absolute, locks } = context;

  return {
    ping: () => inside([], async () => {}),

    resolveFolder: async (path) => {
      const names = parsePath(path);
      if (names.some(hasEscapedBytes))
        throw new AppError("not_supported", "A name that is not UTF-8 cannot be watched.");
      return inside(names, async () => ({ path: formatPath(names), absolutePath: await absolute(names) }));
    },

    list: async (path, page) => {
      const names = parsePath(path);
      return inside(names, async (folder) => {
        await sweepDrafts(folder);
        return { root, ...(await listFolder(folder, formatPath(names), page)) };
      });
    },

    readText: async (path, { anyEncoding = false } = {}) => {
      const { folder: names, name } = parseEntryPath(path);
      return inside(names, (folder) => readTextIn(context, folder, name, formatPath([...names, name]), anyEncoding));
    },

    writeText: (path, content, etag, write) => writeText(context, path, content, etag, write),

    makeFolder: async (path) => {
      const { folder: names, name } = parseEntryPath(path);
      return inside(names, (folder) => createFolder(folder, name));
    },

    rename: async (from, to) => renameEntry(context, from, to),
    remove: (path) => removeAt(context, path),

    openDownload: async (path) => {
      const { folder: names, name } = parseEntryPath(path);
      return inside(names, (folder) => openDownload(folder, name));
    },

    upload: (...upload) => uploadTo(context, { maxBytes: uploadMax, idleMs: uploadIdleMs }, ...upload),

    interruptedSaves: async () => {
      if (!journal) return [];
      const below = await realpath(root).catch(() => root);
      const found = await listInterrupted(journal, below, (names, record) =>
        inside(names.slice(0, -1), (folder) => stateOf(folder, names.at(-1) ?? "", record)),
      );
      return found.map(({ record, names, state }) => ({
        id: record.id,
        path: formatPath(names),
        startedAt: record.startedAt,
        state,
        sizeBefore: record.before.size,
        sizeAfter: record.after.size,
      }));
    },

    chooseVersion: async (id, version) => {
      const saves = requireJournal(journal);
      const record = (await saves.interrupted()).find((save) => save.id === id);
      const names = record && namesBelow(await realpath(root), record.target);
      if (!names) throw new AppError("not_found", "There is no such interrupted save.");
      const choice = { journal: saves, target: record.target, lock: locks.run };
      if (version === "keep") await saves.remove(id);
      else
        await inside(names.slice(0, -1), (folder) =>
          chooseVersion(folder, names.at(-1) ?? "", record, version, choice),
        );
      return formatPath(names);
    },
  };
}

async function openDownload(folder: Folder, name: string) {
  const { handle, facts } = await openRegularFile(folder, name);
  return {
    name,
    size: facts.size,
    modifiedAt: facts.mtime,
    etag: `"${facts.size.toString(36)}-${Math.floor(facts.mtimeMs * 1000).toString(36)}"`,
    stream: (start: number, end: number) =>
      Readable.toWeb(handle.createReadStream({ start, end, highWaterMark: 256 * 1024 })) as ReadableStream<Uint8Array>,
    close: () => handle.close(),
  };
}
