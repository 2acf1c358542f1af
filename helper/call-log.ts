import { closeSync, constants, fstatSync, ftruncateSync, openSync, renameSync, statfsSync, writeSync } from "node:fs";
import process from "node:process";
import { AppError } from "../shared/server/errors.ts";

/** What happened, for root: never values, only who, what and how it ended. */
export interface CallEntry {
  verb: string;
  /** Name of the user whose daemon it is about, or the uid. */
  user?: string;
  /** PM2_HOME, file or process. */
  target?: string;
  outcome: string;
}

export interface CallLog {
  /** Writes one line. Successful reads of one kind within a minute become one line with their number. */
  add(entry: CallEntry, options?: { repeats?: boolean }): void;
  /** For a change, which does not happen if it cannot be recorded. @throws AppError `storage_full` */
  requireWritable(): void;
  /** Writes what is still counted. */
  close(): void;
}

const WINDOW_MS = 60_000;
const MAX_COUNTED = 1_000;
const MAX_FILE = 10 * 1024 * 1024;
const MAX_TEXT = 1_024;
/** Lines that wait for a file that cannot be written; further ones are counted. */
const MAX_WAITING = 1_000;
/** Free space without which no change is made, in bytes. */
const MIN_FREE = 64 * 1024;

/** @param file Own file, 0600, with one earlier one beside it; without it the lines go to stdout, which is the journal's. */
export function createCallLog(file?: string): CallLog {
  const counted = new Map<string, { entry: CallEntry; count: number }>();
  const waiting: string[] = [];
  let dropped = 0;
  let timer: NodeJS.Timeout | undefined;

  const drain = (path: string) => {
    const note = dropped > 0 ? [toLine({ verb: "log", outcome: "lines were lost" }, dropped)] : [];
    appendBounded(path, [...waiting, ...note].join(""));
    waiting.length = 0;
    dropped = 0;
  };
  const write = (entry: CallEntry, count: number) => {
    const line = toLine(entry, count);
    if (file === undefined) return void process.stdout.write(line);
    if (waiting.length < MAX_WAITING) waiting.push(line);
    else dropped++;
    try {
      drain(file);
    } catch (error) {
      if (waiting.length === 1) complain(`The log cannot be written: ${(error as Error).message}`);
    }
  };
  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    for (const { entry, count } of counted.values()) if (count > 0) write(entry, count);
    counted.clear();
  };

  return {
    add(entry, { repeats = false } = {}) {
      if (!repeats) return write(entry, 1);
      const key = JSON.stringify(entry);
      const earlier = counted.get(key);
      if (earlier) {
        earlier.count++;
        return;
      }
      write(entry, 1);
      if (counted.size >= MAX_COUNTED) flush();
      counted.set(key, { entry, count: 0 });
      timer ??= setTimeout(flush, WINDOW_MS).unref();
    },
    requireWritable() {
      if (file === undefined) return;
      try {
        if (waiting.length > 0) drain(file);
        else closeSync(openSync(file, APPEND, 0o600));
        const { bfree, bsize } = statfsSync(file);
        if (bfree * bsize >= MIN_FREE) return;
      } catch {
        // As a full disk.
      }
      throw new AppError("storage_full", "The root helper cannot write its log, so it changes nothing.");
    },
    close: flush,
  };
}

/** Says something to root on stderr. That can be a file on a full disk, or closed: nothing depends on it. */
export function complain(message: string): void {
  try {
    writeSync(2, `${message}\n`);
  } catch {
    // Nobody listens.
  }
}

function toLine({ verb, user, target, outcome }: CallEntry, count: number): string {
  const line = { time: new Date().toISOString(), verb, user, target: target?.slice(0, MAX_TEXT), outcome, count };
  return `${JSON.stringify(line)}\n`;
}

const APPEND =
  constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK | constants.O_NOFOLLOW;

/** Appends whole lines or nothing, to the file that has the name now: it can be rotated by others too. */
function appendBounded(file: string, text: string): void {
  let fd = openSync(file, APPEND, 0o600);
  try {
    if (fstatSync(fd).size > MAX_FILE) {
      renameSync(file, `${file}.1`);
      closeSync(fd);
      fd = openSync(file, APPEND, 0o600);
    }
    const bytes = Buffer.from(text);
    const { size } = fstatSync(fd);
    let written = 0;
    try {
      while (written < bytes.length) written += writeSync(fd, bytes, written);
    } catch (error) {
      if (written > 0) ftruncateSync(fd, size);
      throw error;
    }
  } finally {
    closeSync(fd);
  }
}
