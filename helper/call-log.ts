import { appendFileSync, renameSync, statSync } from "node:fs";
import process from "node:process";

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
  /** Writes what is still counted. */
  close(): void;
}

const WINDOW_MS = 60_000;
const MAX_COUNTED = 1_000;
const MAX_FILE = 10 * 1024 * 1024;
const MAX_TEXT = 1_024;

/** @param file Own file, 0600, with one earlier one beside it; without it the lines go to stdout, which is the journal's. */
export function createCallLog(file?: string): CallLog {
  const counted = new Map<string, { entry: CallEntry; count: number }>();
  let timer: NodeJS.Timeout | undefined;

  const write = (entry: CallEntry, count: number) => {
    const { verb, user, target, outcome } = entry;
    const line = { time: new Date().toISOString(), verb, user, target: target?.slice(0, MAX_TEXT), outcome, count };
    const text = `${JSON.stringify(line)}\n`;
    if (file === undefined) process.stdout.write(text);
    else appendBounded(file, text);
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
    close: flush,
  };
}

function appendBounded(file: string, text: string): void {
  try {
    if (statSync(file).size > MAX_FILE) renameSync(file, `${file}.1`);
  } catch {
    // The first line makes the file.
  }
  try {
    appendFileSync(file, text, { mode: 0o600 });
  } catch (error) {
    process.stderr.write(`The log cannot be written: ${(error as Error).message}\n`);
  }
}
