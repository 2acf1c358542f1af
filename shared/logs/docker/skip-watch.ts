import type { StoredLine } from "./line-assembler.ts";

/** Seven times what the Engine's drivers were measured to write in a millisecond, on two cores. */
const FILE_BYTES_MS = 250_000;
/** A writer that fills a file leaves at least this much of the files beside it, or an eighth of a smaller one. */
const BURST_BYTES = 16 * 1024;
const BURST_MS = 1_000;

export interface SkipWatch {
  /**
   * Takes lines as they come from a stream, in its order.
   *
   * @param now by `performance.now()`
   * @returns index of the first line before which the Engine may have left out a file; -1 if there is none
   */
  find(lines: readonly StoredLine[], now: number): number;
}

/**
 * An Engine that follows a log goes on in the newest file when that is rotated. If it was rotated twice since it read last,
 * it leaves out the file between, without an error (moby#37646). The lines then go from one time to a later one at once,
 * while the container wrote at least one whole file. A read of the log, which takes all files, has the lines between.
 *
 * @param fileBytes size at which the driver rotates
 * @param openedAt time of the opening, RFC 3339: what was stored before is read from all files
 */
export function createSkipWatch(fileBytes: number, openedAt: string): SkipWatch {
  const fileMs = fileBytes / FILE_BYTES_MS;
  const burstBytes = Math.min(BURST_BYTES, fileBytes / 8);
  let last: { time: string; at: number } | undefined;
  let bytes = 0;
  let windowFrom = 0;
  return {
    find(lines, now) {
      if (now - windowFrom > BURST_MS) {
        bytes = 0;
        windowFrom = now;
      }
      for (const { text } of lines) bytes += text.length;
      let found = -1;
      for (let index = 0; index < lines.length; index++) {
        const { time } = lines[index] as StoredLine;
        if (
          last &&
          bytes >= burstBytes &&
          time > openedAt &&
          millisBetween(last.time, time) - (now - last.at) > fileMs
        ) {
          found = index;
          break;
        }
        last = { time, at: now };
      }
      return found;
    },
  };
}

/** From one RFC 3339 time with nine digits to another. */
function millisBetween(from: string, to: string): number {
  const nanos = Number(to.slice(20, 29)) - Number(from.slice(20, 29));
  const isSameSecond = from.startsWith(to.slice(0, 19));
  const seconds = isSameSecond ? 0 : Date.parse(`${to.slice(0, 19)}Z`) - Date.parse(`${from.slice(0, 19)}Z`);
  return seconds + nanos / 1e6;
}
