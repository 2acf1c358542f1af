import { readdirSync } from "node:fs";
import { join } from "node:path";

/** Path of the current file. */
export const CURRENT_FILE = "audit.log";
/** Size in bytes at which a file is closed and the next one started. */
export const FILE_MAX_BYTES = 10 * 1024 * 1024;
/** Closed files kept regardless of age: with the current one, 210 MiB. */
export const CLOSED_FILES_MAX = 20;
/** Days that a line is kept regardless of the amount of later lines, up to the limit below. */
export const KEEP_DAYS = 90;
/** Most closed files: with the current one, 1 GiB. Unauthenticated clients alone cannot fill this within these days. */
export const HARD_FILES_MAX = 101;

export interface ClosedFile {
  path: string;
  /** Sequence of the first line. */
  first: number;
}

const closedName = /^audit-(\d{12})\.log$/;

/** Returns the name of a closed file, by the sequence of its first line. */
export const closedFileName = (first: number): string => `audit-${String(first).padStart(12, "0")}.log`;

/** Returns the closed files, oldest first. */
export function closedFiles(folder: string): ClosedFile[] {
  return readdirSync(folder)
    .flatMap((name) => {
      const first = closedName.exec(name)?.[1];
      return first ? [{ path: join(folder, name), first: Number(first) }] : [];
    })
    .sort((a, b) => a.first - b.first);
}

export const currentFile = (folder: string): string => join(folder, CURRENT_FILE);
