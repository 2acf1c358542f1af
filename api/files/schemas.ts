import { z } from "zod";
import {
  type FileEntry,
  type FolderListing,
  type InterruptedSave,
  type TextFile,
  textEncodings,
} from "../../shared/protocol/file.ts";

export const fileEntrySchema = z.object({
  name: z.string(),
  kind: z.enum(["file", "directory", "symlink", "other"]),
  size: z.number().describe("Bytes; 0 for folders."),
  modifiedAt: z.iso.datetime(),
  mode: z.number().describe("POSIX permission bits."),
  writable: z.boolean().describe("Whether the panel may change what is in it."),
  removable: z.boolean().describe("Whether the panel may rename or remove it."),
  hidden: z.boolean(),
}) satisfies z.ZodType<FileEntry>;

export const folderSchema = z.object({
  path: z.string(),
  entries: z.array(fileEntrySchema),
  writable: z.boolean().describe("Whether the panel may make, rename and remove entries here."),
  total: z.number(),
  next: z.string().nullable().describe("Give it back as `after` for the next page."),
}) satisfies z.ZodType<FolderListing>;

export const textFileSchema = z.object({
  path: z.string(),
  content: z.string(),
  size: z.number(),
  etag: z.string(),
  modifiedAt: z.iso.datetime(),
  encoding: z.enum(textEncodings).describe("Kept when it is saved; `iso-8859-1` stands for any other 8-bit text."),
  readOnly: z.enum(["permission", "encoding"]).nullable().describe("Why it cannot be saved; null when it can."),
  links: z.number().describe("Names the file has (hard links)."),
}) satisfies z.ZodType<TextFile>;

export const interruptedSaveSchema = z.object({
  id: z.string(),
  path: z.string(),
  startedAt: z.iso.datetime(),
  state: z.enum(["before", "mixed", "missing"]).describe("What the file holds now."),
  sizeBefore: z.number(),
  sizeAfter: z.number(),
}) satisfies z.ZodType<InterruptedSave>;
