import type { FolderListing, TextFile } from "../protocol/file.ts";

/**
 * The files below one root, and nothing outside it: every path is walked component by component without following
 * links, so that neither `..` nor a link swapped in meanwhile leads out. Paths are as the API names them (`/` is the root).
 * Throws `AppError`: `invalid_input`, `not_found`, `conflict`, `too_large`, `unsupported_media_type`, `storage_full`.
 */
export interface FileRoot {
  /** Normalised path (`/`, `/a/b`) and the absolute path of a folder that exists inside the root; for the watcher. */
  resolveFolder(path: string): Promise<{ path: string; absolutePath: string }>;
  list(path: string, options: { after?: string; limit: number }): Promise<FolderListing>;
  readText(path: string): Promise<TextFile>;
  writeText(path: string, content: string, etag: string | undefined): Promise<TextFile>;
  makeFolder(path: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
}
