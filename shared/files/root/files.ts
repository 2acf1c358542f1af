import { Buffer } from "node:buffer";
import type { Stats } from "node:fs";
import { constants, lstat, realpath, rename } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { TEXT_FILE_MAX, type TextEncodingName, type TextFile } from "../../protocol/file.ts";
import { AppError } from "../../server/errors.ts";
import { chooseVersion, listInterrupted, namesBelow, stateOf } from "../saving/interrupted-saves.ts";
import { createNamedLocks } from "../saving/locks.ts";
import { createFile, createFolder, lookUp, sweepDrafts } from "../saving/new-file.ts";
import { type OverwriteOptions, overwriteFile } from "../saving/overwrite.ts";
import type { SaveJournal } from "../saving/save-journal.ts";
import { receiveUpload, tooLarge } from "../saving/upload.ts";
import { toFileFailure } from "./failure.ts";
import type { FileRoot, FileRootOptions } from "./file-root.ts";
import { type Folder, openRootFolder } from "./folder.ts";
import { folderRights, kindOf, listFolder, mayWrite, toEntry, toTimestamp } from "./listing.ts";
import { formatPath, hasEscapedBytes, parseEntryPath, parsePath } from "./name.ts";
import { createProtection } from "./protection.ts";
import { openRegularFile, readTextFile, refuseOthers, toEtag } from "./reading.ts";
import { removeEntry, removeTree } from "./removal.ts";
import { encodeText } from "./text-encoding.ts";

export type { DownloadFile, FileRoot, FileRootOptions, WriteOptions } from "./file-root.ts";

const MAX_UPLOAD = 10 * 1024 ** 3;
const UPLOAD_IDLE_MS = 60_000;

export function createFileRoot(options: FileRootOptions): FileRoot {
  const { root, log, journal, protect = [], uploadMax = MAX_UPLOAD, uploadIdleMs = UPLOAD_IDLE_MS } = options;
  const protection = createProtection(protect);
  const locks = createNamedLocks();

  const openRoot = async (): Promise<Folder> => {
    try {
      return await openRootFolder(root);
    } catch (error) {
      if (error instanceof AppError) throw error;
      log.warn({ err: error }, "the file root cannot be opened");
      throw new AppError("upstream_unavailable", "The file root cannot be opened.", { cause: error });
    }
  };

  /** Holds the folder open for the time of `use`, and turns what the system says into what a caller may see. */
  const inside = async <T>(names: readonly string[], use: (folder: Folder) => Promise<T>): Promise<T> => {
    let folder = await openRoot();
    try {
      await protection.enter(folder);
      for (const name of names) {
        const next = await folder.child(name);
        await folder.close();
        folder = next;
        await protection.enter(folder);
      }
      return await use(folder);
    } catch (error) {
      throw toFileFailure(error);
    } finally {
      await folder.close();
    }
  };

  const absolute = async (names: readonly string[]) => join(await realpath(root), ...names);

  /** Writes over a file that exists. */
  const overwrite = async (
    folder: Folder,
    names: readonly string[],
    more: Pick<OverwriteOptions, "stage" | "check"> & { allowHardLinks: boolean | undefined },
  ) => {
    const name = names.at(-1) ?? "";
    const { allowHardLinks = false, ...rest } = more;
    return overwriteFile(folder, name, {
      ...rest,
      allowHardLinks,
      journal: requireJournal(journal),
      target: await absolute(names),
      lock: locks.run,
    });
  };

  /** Reads a text while nobody writes to it: what was, or what is new, and no mix of both. */
  const read = async (folder: Folder, name: string, path: string, anyEncoding: boolean): Promise<TextFile> => {
    const { handle, facts } = await openRegularFile(folder, name);
    try {
      const writable = await mayWrite(folder.at(name), constants.R_OK | constants.W_OK);
      return await locks.run(`${facts.dev}:${facts.ino}`, () => readTextFile({ handle, writable }, path, anyEncoding));
    } finally {
      await handle.close();
    }
  };

  return {
    ping: () => inside([], async () => {}),

    resolveFolder: async (path) => {
      const names = parsePath(path);
      if (names.some(hasEscapedBytes))
        throw new AppError("not_supported", "A name that is not UTF-8 cannot be watched.");
      return inside(names, async () => ({
        path: formatPath(names),
        absolutePath: join(await realpath(root), ...names),
      }));
    },

    list: async (path, page) => {
      const names = parsePath(path);
      return inside(names, async (folder) => {
        await sweepDrafts(folder);
        return listFolder(folder, formatPath(names), page);
      });
    },

    readText: async (path, { anyEncoding = false } = {}) => {
      const { folder: names, name } = parseEntryPath(path);
      return inside(names, (folder) => read(folder, name, formatPath([...names, name]), anyEncoding));
    },

    writeText: async (path, content, etag, { mode, allowHardLinks } = {}) => {
      const { folder: names, name } = parseEntryPath(path);
      const plain = formatPath([...names, name]);
      if (!content.isWellFormed()) throw new AppError("invalid_input", "The text holds half a character.");
      return inside(names, async (folder) => {
        let bytes: Buffer;
        let facts: Stats;
        let encoding: TextEncodingName = "utf-8";
        if (etag === undefined) {
          bytes = limited(Buffer.from(content));
          facts = await createFile(folder, name, mode, (draft) => draft.writeFile(bytes));
        } else {
          const current = await read(folder, name, plain, true);
          if (current.encoding === "iso-8859-1") throw unknownEncoding();
          if (current.etag !== etag) throw changed();
          encoding = current.encoding;
          bytes = limited(encodeText(content, current.encoding));
          facts = await overwrite(folder, [...names, name], {
            allowHardLinks,
            stage: (draft) => draft.writeFile(bytes),
            check: (now) => {
              if (now !== etag) throw changed();
            },
          });
        }
        const modifiedAt = toTimestamp(facts.mtimeMs);
        const { nlink: links } = facts;
        const size = bytes.length;
        return { path: plain, content, size, etag: toEtag(bytes), modifiedAt, encoding, readOnly: null, links };
      });
    },

    makeFolder: async (path) => {
      const { folder: names, name } = parseEntryPath(path);
      return inside(names, (folder) => createFolder(folder, name));
    },

    rename: async (from, to) => {
      const source = parseEntryPath(from);
      const target = parseEntryPath(to);
      return inside(source.folder, (sourceFolder) =>
        inside(target.folder, (targetFolder) =>
          locks.run(`${targetFolder.id}/${target.name}`, async () => {
            const facts = await lstat(sourceFolder.at(source.name), { bigint: true });
            await protection.disturb(`${facts.dev}:${facts.ino}`);
            const inTheWay = await lookUp(targetFolder, target.name);
            // A disk that ignores case finds the file itself there.
            const changesCase =
              source.name !== target.name &&
              source.name.toLowerCase() === target.name.toLowerCase() &&
              sourceFolder.id === targetFolder.id &&
              inTheWay?.ino === Number(facts.ino);
            if (inTheWay && !changesCase) throw new AppError("conflict", "Something of that name exists already.");
            await rename(sourceFolder.at(source.name), targetFolder.at(target.name));
            return kindOf(facts);
          }),
        ),
      );
    },

    remove: async (path) => {
      const { folder: names, name } = parseEntryPath(path);
      return inside(names, async (folder) => {
        const facts = await lstat(folder.at(name), { bigint: true });
        await protection.disturb(`${facts.dev}:${facts.ino}`);
        if (facts.isDirectory()) await removeTree(folder, name, protection.enter);
        else await removeEntry(folder, name);
        return kindOf(facts);
      });
    },

    openDownload: async (path) => {
      const { folder: names, name } = parseEntryPath(path);
      return inside(names, async (folder) => {
        const { handle, facts } = await openRegularFile(folder, name);
        return {
          name,
          size: facts.size,
          modifiedAt: facts.mtime,
          etag: `"${facts.size.toString(36)}-${Math.floor(facts.mtimeMs * 1000).toString(36)}"`,
          stream: (start, end) =>
            Readable.toWeb(
              handle.createReadStream({ start, end, highWaterMark: 256 * 1024 }),
            ) as ReadableStream<Uint8Array>,
          close: () => handle.close(),
        };
      });
    },

    upload: async (path, body, { size, replace, allowHardLinks, confirm, signal }) => {
      const { folder: names, name } = parseEntryPath(path);
      if (size !== undefined && size > uploadMax) throw tooLarge(uploadMax);
      const limits = { maxBytes: uploadMax, idleMs: uploadIdleMs };
      return inside(names, async (folder) => {
        const old = await lookUp(folder, name);
        if (old) refuseOthers(old);
        if (old && !replace) throw new AppError("conflict", "Something of that name exists already.");
        const receive =
          (disk: string): OverwriteOptions["stage"] =>
          async (draft) => {
            await receiveUpload(draft, disk, body, size, limits, signal);
            confirm?.();
          };
        const facts = old
          ? await overwrite(folder, [...names, name], {
              allowHardLinks,
              stage: receive(requireJournal(journal).folder),
            })
          : await createFile(folder, name, undefined, receive(folder.self));
        return { entry: await toEntry(folder, name, facts, await folderRights(folder)), replaced: old !== undefined };
      });
    },

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
      const kept = requireJournal(journal);
      const record = (await kept.interrupted()).find((one) => one.id === id);
      const names = record && namesBelow(await realpath(root), record.target);
      if (!names) throw new AppError("not_found", "There is no such interrupted save.");
      const options = { journal: kept, target: record.target, lock: locks.run };
      if (version === "keep") await kept.remove(id);
      else
        await inside(names.slice(0, -1), (folder) =>
          chooseVersion(folder, names.at(-1) ?? "", record, version, options),
        );
      return formatPath(names);
    },
  };
}

function limited(bytes: Buffer): Buffer {
  if (bytes.length <= TEXT_FILE_MAX) return bytes;
  throw new AppError("too_large", `A text file has ${TEXT_FILE_MAX / 1024 / 1024} MiB at most.`);
}

function requireJournal(journal: SaveJournal | undefined): SaveJournal {
  if (!journal) throw new AppError("not_supported", "This server does not write to files.");
  return journal;
}

const changed = () => new AppError("conflict", "The file has changed since it was read.");
const unknownEncoding = () =>
  new AppError("unsupported_media_type", "This file is not in UTF-8 or UTF-16; it can be read, and not saved.");
