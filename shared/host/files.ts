import { Buffer } from "node:buffer";
import { lstat, mkdir, realpath, rename } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { type FileEntry, type FileKind, type FolderListing, TEXT_FILE_MAX, type TextFile } from "../protocol/file.ts";
import { AppError } from "../server/errors.ts";
import type { Log } from "../server/log.ts";
import { toFileFailure } from "./files/failure.ts";
import { type Folder, openRootFolder } from "./files/folder.ts";
import { kindOf, listFolder, toEntry } from "./files/listing.ts";
import { createNamedLocks } from "./files/locks.ts";
import { formatPath, hasEscapedBytes, parseEntryPath, parsePath } from "./files/name.ts";
import { createProtection } from "./files/protection.ts";
import { openRegularFile, readTextFile, toEtag } from "./files/reading.ts";
import { removeEntry, removeTree } from "./files/removal.ts";
import { lookUp, replaceFile } from "./files/replacing.ts";
import { receiveUpload, tooLarge } from "./files/upload.ts";

/** A file open for download; whoever opened it streams it once or closes it. */
export interface DownloadFile {
  name: string;
  size: number;
  modifiedAt: Date;
  /** Of size and time, quoted as HTTP wants it. */
  etag: string;
  /** Bytes from `start` to `end`, both included; closes the file at its end or when cancelled. */
  stream(start: number, end: number): ReadableStream<Uint8Array>;
  close(): Promise<void>;
}

/**
 * The files below one root, and nothing outside it: every path is walked component by component without following
 * links, so that neither `..` nor a link swapped in meanwhile leads out. Paths are as the API names them (`/` is the root).
 * A byte of a name that is not UTF-8 is written as the private-use character U+10F700 + byte.
 * Throws `AppError`: `invalid_input`, `not_found`, `forbidden`, `conflict`, `too_large`, `unsupported_media_type`,
 * `not_supported`, `storage_full`, `overloaded`, `upstream_unavailable`.
 */
export interface FileRoot {
  /** Whether the root is there. */
  ping(): Promise<void>;
  /** Normalised path (`/`, `/a/b`) and the absolute path of a folder that exists inside the root; for the watcher. */
  resolveFolder(path: string): Promise<{ path: string; absolutePath: string }>;
  list(path: string, options: { after?: string; limit: number }): Promise<FolderListing>;
  readText(path: string): Promise<TextFile>;
  /** `etag` undefined: the file must not exist yet, and gets `mode`, or what the system gives new files. */
  writeText(path: string, content: string, etag: string | undefined, mode?: number): Promise<TextFile>;
  makeFolder(path: string): Promise<void>;
  /** Tells what was moved. */
  rename(from: string, to: string): Promise<FileKind>;
  /** Removes a folder with all in it; tells what was removed. */
  remove(path: string): Promise<FileKind>;
  openDownload(path: string): Promise<DownloadFile>;
  /**
   * Writes a body to a file, whole or not at all. `size` is the length the client announced; what `confirm` throws once all
   * has come keeps the file from being placed.
   */
  upload(
    path: string,
    body: ReadableStream<Uint8Array>,
    options: { size?: number; replace: boolean; confirm?: () => void },
  ): Promise<{ entry: FileEntry; replaced: boolean }>;
}

export interface FileRootOptions {
  root: string;
  log: Log;
  /** Absolute paths of folders that stay out of reach though they lie inside the root. */
  protect?: readonly string[];
  /** Largest upload in bytes. */
  uploadMax?: number;
  /** Longest wait for the next piece of an upload, in milliseconds. */
  uploadIdleMs?: number;
}

const UPLOAD_MAX = 10 * 1024 ** 3;
const UPLOAD_IDLE_MS = 60_000;

export function createFileRoot(options: FileRootOptions): FileRoot {
  const { root, log, protect = [], uploadMax = UPLOAD_MAX, uploadIdleMs = UPLOAD_IDLE_MS } = options;
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

  const locked = <T>(folder: Folder, name: string, work: () => Promise<T>) => locks.run(`${folder.id}/${name}`, work);

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
      return inside(names, (folder) => listFolder(folder, formatPath(names), page));
    },

    readText: async (path) => {
      const { folder: names, name } = parseEntryPath(path);
      return inside(names, (folder) => readTextFile(folder, name, formatPath([...names, name])));
    },

    writeText: async (path, content, etag, mode) => {
      const { folder: names, name } = parseEntryPath(path);
      const bytes = toTextBytes(content);
      return inside(names, (folder) =>
        locked(folder, name, async () => {
          if (etag !== undefined) {
            const current = await readTextFile(folder, name, path);
            if (current.etag !== etag) throw new AppError("conflict", "The file has changed since it was read.");
          }
          const { facts } = await replaceFile(folder, name, etag !== undefined, async (draft) => {
            if (mode !== undefined) await draft.chmod(mode);
            await draft.writeFile(bytes);
          });
          return {
            path: formatPath([...names, name]),
            content,
            size: bytes.length,
            etag: toEtag(bytes),
            modifiedAt: facts.mtime.toISOString(),
          };
        }),
      );
    },

    makeFolder: async (path) => {
      const { folder: names, name } = parseEntryPath(path);
      return inside(names, async (folder) => void (await mkdir(folder.at(name))));
    },

    rename: async (from, to) => {
      const source = parseEntryPath(from);
      const target = parseEntryPath(to);
      return inside(source.folder, (sourceFolder) =>
        inside(target.folder, (targetFolder) =>
          locked(targetFolder, target.name, async () => {
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

    upload: async (path, body, { size, replace, confirm }) => {
      const { folder: names, name } = parseEntryPath(path);
      if (size !== undefined && size > uploadMax) throw tooLarge(uploadMax);
      const limits = { maxBytes: uploadMax, idleMs: uploadIdleMs };
      return inside(names, async (folder) => {
        const { facts, replaced } = await replaceFile(folder, name, replace, async (draft) => {
          await receiveUpload(draft, folder, body, size, limits);
          confirm?.();
        });
        return { entry: toEntry(name, facts), replaced };
      });
    },
  };
}

function toTextBytes(content: string): Buffer {
  if (!content.isWellFormed()) throw new AppError("invalid_input", "The text holds half a character.");
  const bytes = Buffer.from(content);
  if (bytes.length > TEXT_FILE_MAX) {
    throw new AppError("too_large", `A text file has ${TEXT_FILE_MAX / 1024 / 1024} MiB at most.`);
  }
  return bytes;
}
