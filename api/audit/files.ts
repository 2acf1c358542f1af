import { readdirSync } from "node:fs";
import { join } from "node:path";

/** The file that is written to. */
export const CURRENT_FILE = "audit.log";
/** Bytes after which a file is closed and the next one begun. */
export const FILE_MAX_BYTES = 10 * 1024 * 1024;
/** Closed files kept however old they are: with the current one, 210 MiB. */
export const CLOSED_FILES_MAX = 20;
/** Days that a line is kept however much is written meanwhile, up to the bound below. */
export const KEEP_DAYS = 90;
/** Closed files kept at most: with the current one, 1 GiB. What strangers alone can add takes less in those days. */
export const HARD_FILES_MAX = 101;

export interface ClosedFile {
  path: string;
  /** Sequence of its first line. */
  first: number;
}

const closedName = /^audit-(\d{12})\.log$/;

/** Name of a closed file, by the sequence of its first line. */
export const closedFileName = (first: number): string => `audit-${String(first).padStart(12, "0")}.log`;

/** Closed files, oldest first. */
export function closedFiles(folder: string): ClosedFile[] {
  return readdirSync(folder)
    .flatMap((name) => {
      const first = closedName.exec(name)?.[1];
      return first ? [{ path: join(folder, name), first: Number(first) }] : [];
    })
    .sort((one, other) => one.first - other.first);
}

export const currentFile = (folder: string): string => join(folder, CURRENT_FILE);
