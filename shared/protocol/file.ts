import { z } from "zod";
import { filePath } from "./identifier.ts";

export type FileKind = "file" | "directory" | "symlink" | "other";

/** One entry of a folder inside the file root. */
export interface FileEntry {
  /** Exact: a byte that is not UTF-8 is the private-use character U+10F700 + byte, and is given back as that in a path. */
  name: string;
  kind: FileKind;
  /** Bytes; 0 for folders. */
  size: number;
  /** ISO 8601. */
  modifiedAt: string;
  /** POSIX permission bits, such as 0o644. */
  mode: number;
  hidden: boolean;
}

export interface FolderListing {
  /** From the root's point of view: `/` is `FILE_MANAGER_ROOT`. */
  path: string;
  entries: FileEntry[];
  /** Entries in the folder, listed or not. */
  total: number;
  /** Give it back as `after` for the next page; null on the last. */
  next: string | null;
}

/** Largest file the editor reads or writes as text, in bytes. */
export const TEXT_FILE_MAX = 2 * 1024 * 1024;

export const listQuery = z.strictObject({
  path: filePath.default("/"),
  after: z.string().max(1024).optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(500),
});
export const pathQuery = z.strictObject({ path: filePath });
export const writeFileBody = z.strictObject({
  path: filePath,
  content: z.string().max(TEXT_FILE_MAX),
  /** `etag` of the version that was read; a file changed since is a conflict. Absent: the file must not exist yet. */
  etag: z.string().max(128).optional(),
});
export const makeFolderBody = z.strictObject({ path: filePath });
export const renameBody = z.strictObject({ from: filePath, to: filePath });

export interface TextFile {
  path: string;
  content: string;
  size: number;
  etag: string;
  modifiedAt: string;
}
