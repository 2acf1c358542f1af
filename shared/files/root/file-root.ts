import type {
  FileEntry,
  FileKind,
  FolderListing,
  InterruptedSave,
  TextFile,
  VersionChoice,
} from "../../protocol/file.ts";
import type { Log } from "../../server/log.ts";
import type { SaveJournal } from "../saving/save-journal.ts";

/** A file opened for download. The caller streams it once or closes it. */
export interface DownloadFile {
  name: string;
  size: number;
  modifiedAt: Date;
  /** Computed from size and time, quoted for HTTP. */
  etag: string;
  /** Streams the bytes from `start` to `end`, both inclusive; closes the file at the end or when cancelled. */
  stream(start: number, end: number): ReadableStream<Uint8Array>;
  close(): Promise<void>;
}

/**
 * The files below one root. Each path is opened component by component without following links, so that neither `..` nor a
 * link swapped in at the same time leads outside. Paths are those of the API (`/` is the root). A byte of a name that is not
 * UTF-8 becomes the private-use character U+10F700 + byte.
 * @throws AppError `invalid_input`, `not_found`, `forbidden`, `conflict`, `too_large`, `unsupported_media_type`,
 *   `confirmation_required`, `not_supported`, `storage_full`, `overloaded`, `upstream_unavailable`
 */
export interface FileRoot {
  /** Whether the root exists. */
  ping(): Promise<void>;
  /** Returns the normalized path (`/`, `/a/b`) and the absolute path of an existing folder inside the root, for the watcher. */
  resolveFolder(path: string): Promise<{ path: string; absolutePath: string }>;
  list(path: string, options: { after?: string; limit: number }): Promise<FolderListing>;
  /** Reads a text. Other encodings than UTF-8 are refused without `anyEncoding`. */
  readText(path: string, options?: { anyEncoding?: boolean }): Promise<TextFile>;
  /**
   * Writes a text. Without `etag`, the file must not exist yet; it gets `mode`, or a mode derived from its folder. With `etag`,
   * the file is written in place and keeps its encoding and attributes; `allowHardLinks` permits a file with several names.
   */
  writeText(path: string, content: string, etag: string | undefined, options?: WriteOptions): Promise<TextFile>;
  makeFolder(path: string): Promise<void>;
  /** Returns the kind of the moved entry. */
  rename(from: string, to: string): Promise<FileKind>;
  /** Removes a file, or a folder with its content. Returns the kind of the removed entry. */
  remove(path: string): Promise<FileKind>;
  openDownload(path: string): Promise<DownloadFile>;
  /**
   * Writes a body to a file, completely or not at all. `size` is the length announced by the client. `confirm` runs after the
   * whole body was received; if it throws, the file is not created. An existing file is written in place.
   */
  upload(
    path: string,
    body: ReadableStream<Uint8Array>,
    options: {
      size?: number;
      replace: boolean;
      allowHardLinks?: boolean;
      confirm?: () => void;
      /** Ends the upload with its reason while bytes are still being received. */
      signal?: AbortSignal | undefined;
    },
  ): Promise<{ entry: FileEntry; replaced: boolean }>;
  /** Lists the interrupted saves below this root, newest first. */
  interruptedSaves(): Promise<InterruptedSave[]>;
  /** Completes an interrupted save with the chosen version. Returns the path of its file. */
  chooseVersion(id: string, version: VersionChoice): Promise<string>;
}

export interface WriteOptions {
  mode?: number;
  allowHardLinks?: boolean;
}

export interface FileRootOptions {
  root: string;
  log: Log;
  /** Stores both versions while a file is overwritten. Without it, existing files are not written. */
  journal?: SaveJournal;
  /** Absolute paths of folders inside the root that cannot be accessed. */
  protect?: readonly string[];
  /** Largest upload in bytes. */
  uploadMax?: number;
  /** Longest wait for the next chunk of an upload, in milliseconds. */
  uploadIdleMs?: number;
}
