import { readdirSync } from "node:fs";
import { join } from "node:path";

/** The file that is written to. */
export const CURRENT_FILE = "audit.log";
/** Bytes after which a file is closed and the next one begun. */
export const FILE_MAX_BYTES = 10 * 1024 * 1024;
/** Closed files kept: with the current one, the trail takes 210 MiB at most. */
export const CLOSED_FILES_MAX = 20;

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
