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

/** A file open for download; its opener streams it once or closes it. */
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
 * `confirmation_required`, `not_supported`, `storage_full`, `overloaded`, `upstream_unavailable`.
 */
export interface FileRoot {
  /** Whether the root is there. */
  ping(): Promise<void>;
  /** Normalised path (`/`, `/a/b`) and the absolute path of a folder that exists inside the root; for the watcher. */
  resolveFolder(path: string): Promise<{ path: string; absolutePath: string }>;
  list(path: string, options: { after?: string; limit: number }): Promise<FolderListing>;
  /** `anyEncoding`: also what is not UTF-8, which is refused otherwise. */
  readText(path: string, options?: { anyEncoding?: boolean }): Promise<TextFile>;
  /**
   * `etag` undefined: the file must not exist yet, and gets `mode`, or what its folder suggests. Otherwise the file is written in
   * place and stays what it is, encoding included; `allowHardLinks` for one that has several names.
   */
  writeText(path: string, content: string, etag: string | undefined, options?: WriteOptions): Promise<TextFile>;
  makeFolder(path: string): Promise<void>;
  /** Tells what was moved. */
  rename(from: string, to: string): Promise<FileKind>;
  /** Removes a folder with all in it; tells what was removed. */
  remove(path: string): Promise<FileKind>;
  openDownload(path: string): Promise<DownloadFile>;
  /**
   * Writes a body to a file, whole or not at all. `size` is the length the client announced; what `confirm` throws once all
   * has come keeps the file from being placed. A file that exists is written in place.
   */
  upload(
    path: string,
    body: ReadableStream<Uint8Array>,
    options: {
      size?: number;
      replace: boolean;
      allowHardLinks?: boolean;
      confirm?: () => void;
      /** Ends it, while bytes still come, with its reason. */
      signal?: AbortSignal | undefined;
    },
  ): Promise<{ entry: FileEntry; replaced: boolean }>;
  /** Saves below this root that were left half done, newest first. */
  interruptedSaves(): Promise<InterruptedSave[]>;
  /** Ends one of them with the version chosen; tells the path of its file. */
  chooseVersion(id: string, version: VersionChoice): Promise<string>;
}

export interface WriteOptions {
  mode?: number;
  allowHardLinks?: boolean;
}

export interface FileRootOptions {
  root: string;
  log: Log;
  /** Keeps both versions while a file is written over. Without it files that exist are not written. */
  journal?: SaveJournal;
  /** Absolute paths of folders that stay out of reach though they lie inside the root. */
  protect?: readonly string[];
  /** Largest upload in bytes. */
  uploadMax?: number;
  /** Longest wait for the next piece of an upload, in milliseconds. */
  uploadIdleMs?: number;
}
