import { z } from "zod";
import type { FileEntry, FolderListing, TextFile } from "../../shared/protocol/file.ts";

export const fileEntrySchema = z.object({
  name: z.string(),
  kind: z.enum(["file", "directory", "symlink", "other"]),
  size: z.number().describe("Bytes; 0 for folders."),
  modifiedAt: z.iso.datetime(),
  mode: z.number().describe("POSIX permission bits."),
  hidden: z.boolean(),
}) satisfies z.ZodType<FileEntry>;

export const folderSchema = z.object({
  path: z.string(),
  entries: z.array(fileEntrySchema),
  total: z.number(),
  next: z.string().nullable().describe("Give it back as `after` for the next page."),
}) satisfies z.ZodType<FolderListing>;

export const textFileSchema = z.object({
  path: z.string(),
  content: z.string(),
  size: z.number(),
  etag: z.string(),
  modifiedAt: z.iso.datetime(),
}) satisfies z.ZodType<TextFile>;
