import { z } from "zod";
import { TEXT_FILE_MAX } from "./file-limits.ts";
import { filePath } from "./identifier.ts";
import { queryNumber } from "./query-number.ts";

// Separate from the schemas: the page imports it without the schema library.
export { TEXT_FILE_MAX };

const time = z.iso.datetime();

/** One entry of a folder inside the file root. */
export const fileEntrySchema = z.object({
  name: z
    .string()
    .describe(
      "Exact. A byte that is not valid UTF-8 is the private-use character U+10F700 + byte; paths in requests use the same form.",
    ),
  kind: z.enum(["file", "directory", "symlink", "other"]),
  size: z.number().describe("Bytes; 0 for folders."),
  modifiedAt: time,
  mode: z.number().describe("POSIX permission bits, such as 0o644."),
  writable: z.boolean().describe("Whether the panel can change the content."),
  removable: z.boolean().describe("Whether the panel can rename or remove it."),
  hidden: z.boolean(),
});
export type FileEntry = z.infer<typeof fileEntrySchema>;
export type FileKind = FileEntry["kind"];

export const folderSchema = z.object({
  path: z.string().describe("Relative to the file root: `/` is `FILE_MANAGER_ROOT`."),
  root: z.string().describe("`FILE_MANAGER_ROOT`: where the file root is on the host."),
  entries: z.array(fileEntrySchema),
  writable: z.boolean().describe("Whether the panel can create, rename and remove entries here."),
  total: z.number().describe("Entries in the folder, on all pages."),
  next: z.string().nullable().describe("Value of `after` for the next page; null on the last page."),
});
export type FolderListing = z.infer<typeof folderSchema>;

export const listQuery = z.strictObject({
  path: filePath.default("/"),
  after: z.string().max(1024).optional(),
  limit: queryNumber(1, 1000).default(500),
});
export const pathQuery = z.strictObject({ path: filePath });
/** Confirms that all hard links of a file get the new content. */
const allowHardLinks = z.boolean().default(false);
export const writeFileBody = z.strictObject({
  path: filePath,
  content: z.string().max(TEXT_FILE_MAX),
  /** `etag` of the version that was read; a file changed since then is a conflict. Absent: the file must not exist yet. */
  etag: z.string().max(128).optional(),
  allowHardLinks,
});
export const uploadQuery = pathQuery.extend({ allowHardLinks: z.stringbool().default(false) });
export const makeFolderBody = z.strictObject({ path: filePath });
export const renameBody = z.strictObject({ from: filePath, to: filePath });

/** UTF-16 is detected by its byte order mark. */
export const textEncodings = ["utf-8", "utf-16le", "utf-16be", "iso-8859-1"] as const;
export type TextEncodingName = (typeof textEncodings)[number];

export const textFileSchema = z.object({
  path: z.string(),
  content: z.string().describe("Exact: unchanged line ends, a byte order mark as U+FEFF at the start."),
  size: z.number(),
  etag: z.string().describe("SHA-256 of the bytes."),
  modifiedAt: time,
  encoding: z
    .enum(textEncodings)
    .describe("A save keeps it; `iso-8859-1` stands for any other 8-bit text, and can show wrong characters."),
  readOnly: z
    .enum(["permission", "encoding"])
    .nullable()
    .describe(
      "Why it cannot be saved: the panel has no write permission, or the encoding is unknown; null when it can.",
    ),
  links: z.number().describe("Number of hard links; a save changes the content of all of them."),
});
export type TextFile = z.infer<typeof textFileSchema>;

export const savedVersions = ["before", "after"] as const;

/** A save that a crash or a full disk interrupted. Both versions are kept until the user selects one, 30 days at most. */
export const interruptedSaveSchema = z.object({
  id: z.string(),
  path: z.string(),
  startedAt: time,
  state: z
    .enum(["before", "mixed", "missing"])
    .describe("Content of the file now: the previous version, a mix of both or something else, or no file."),
  sizeBefore: z.number().describe("Bytes of the previous version."),
  sizeAfter: z.number().describe("Bytes of the version that was being saved."),
});
export type InterruptedSave = z.infer<typeof interruptedSaveSchema>;

export const interruptedSaveParams = z.strictObject({
  id: z.string().regex(/^[0-9a-f]{24}$/, "must be an id of the list"),
});
/** `keep`: leaves the file unchanged and discards both versions. */
export const chooseVersionBody = z.strictObject({ version: z.enum([...savedVersions, "keep"]) });
export type VersionChoice = z.infer<typeof chooseVersionBody>["version"];
