import { closeSync, openSync, writeSync } from "node:fs";
import { open } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";

/** A line has a number of ten digits, a time in nanoseconds of sixteen digits, padding, and `\n`; all have the same length. */
const NUMBER_DIGITS = 10;
const TIME_DIGITS = 16;
const TICK_MS = 10;

export interface LineFormat {
  /** Bytes of a line, including its newline. */
  bytes: number;
}

const lineOf = (number: number, { bytes }: LineFormat) => {
  const time = String(process.hrtime.bigint()).padStart(TIME_DIGITS, "0");
  return `${String(number).padStart(NUMBER_DIGITS, "0")} ${time} `.padEnd(bytes - 1, "x").concat("\n");
};

/** Writes numbered lines at a rate to a pipe that a container copies to its output; returns the next number. */
export async function writePaced(
  pipe: string,
  format: LineFormat,
  from: number,
  rate: number,
  seconds: number,
): Promise<number> {
  const file = openSync(pipe, "r+"); // opening for reading and writing does not wait for the other end
  const begin = performance.now();
  let number = from;
  try {
    for (let tick = 1; tick <= (seconds * 1_000) / TICK_MS; tick++) {
      const due = from + Math.floor((tick * TICK_MS * rate) / 1_000);
      let text = "";
      while (number < due) text += lineOf(number++, format);
      if (text) writeSync(file, text);
      const wait = begin + tick * TICK_MS - performance.now();
      if (wait > 0) await delay(wait);
    }
  } finally {
    closeSync(file);
  }
  return number;
}

/** Writes as fast as the container reads, until `lines` or for `seconds`. */
export async function writeFlat(
  pipe: string,
  format: LineFormat,
  from: number,
  { lines = Number.POSITIVE_INFINITY, seconds = Number.POSITIVE_INFINITY }: { lines?: number; seconds?: number },
): Promise<number> {
  const file = await open(pipe, "r+");
  const end = performance.now() + seconds * 1_000;
  const atOnce = Math.max(1, Math.floor(32_768 / format.bytes));
  let number = from;
  try {
    while (performance.now() < end && number < from + lines) {
      let text = "";
      for (let count = 0; count < atOnce; count++) text += lineOf(number++, format);
      await file.write(text);
    }
  } finally {
    await file.close();
  }
  return number;
}
