import { z } from "zod";
import { filePath } from "./identifier.ts";
import { queryNumber } from "./query-number.ts";

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
  /** Whether the panel may change what is in it. */
  writable: boolean;
  /** Whether the panel may rename or remove it. */
  removable: boolean;
  hidden: boolean;
}

export interface FolderListing {
  /** From the root's point of view: `/` is `FILE_MANAGER_ROOT`. */
  path: string;
  entries: FileEntry[];
  /** Whether the panel may make, rename and remove entries here. */
  writable: boolean;
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
  limit: queryNumber(1, 1000).default(500),
});
export const pathQuery = z.strictObject({ path: filePath });
/** That all names of a file with several hard links may get the new content. */
const allowHardLinks = z.boolean().default(false);
export const writeFileBody = z.strictObject({
  path: filePath,
  content: z.string().max(TEXT_FILE_MAX),
  /** `etag` of the version that was read; a file changed since is a conflict. Absent: the file must not exist yet. */
  etag: z.string().max(128).optional(),
  allowHardLinks,
});
export const uploadQuery = pathQuery.extend({ allowHardLinks: z.stringbool().default(false) });
export const makeFolderBody = z.strictObject({ path: filePath });
export const renameBody = z.strictObject({ from: filePath, to: filePath });

export const textEncodings = ["utf-8", "utf-16le", "utf-16be", "iso-8859-1"] as const;
/** UTF-16 by its byte order mark; `iso-8859-1` stands for any other 8-bit text, and may show wrong letters. */
export type TextEncodingName = (typeof textEncodings)[number];

export interface TextFile {
  path: string;
  /** Exact: line ends as they are, a byte order mark as U+FEFF in front. */
  content: string;
  size: number;
  /** SHA-256 of the file's bytes. */
  etag: string;
  modifiedAt: string;
  /** Kept when the file is saved. */
  encoding: TextEncodingName;
  /** Why it cannot be saved: the panel may not write to it, or its encoding is not known; null when it can. */
  readOnly: "permission" | "encoding" | null;
  /** Names the file has (hard links); all show the new content after a save. */
  links: number;
}

export const savedVersions = ["before", "after"] as const;

/** A save that a crash or a full disk left half done. Both versions are kept until one is chosen, 30 days at most. */
export interface InterruptedSave {
  id: string;
  path: string;
  /** ISO 8601. */
  startedAt: string;
  /** What the file holds now: the version before, a mix of both, something else, or it is gone. */
  state: "before" | "mixed" | "missing";
  /** Bytes of the version before, and of the one that was being saved. */
  sizeBefore: number;
  sizeAfter: number;
}

export const interruptedSaveParams = z.strictObject({
  id: z.string().regex(/^[0-9a-f]{24}$/, "must be an id of the list"),
});
/** `keep` leaves the file as it is now and forgets both versions. */
export const chooseVersionBody = z.strictObject({ version: z.enum([...savedVersions, "keep"]) });
export type VersionChoice = z.infer<typeof chooseVersionBody>["version"];
