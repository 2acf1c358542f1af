import { Buffer } from "node:buffer";
import type { ActivityGap } from "../../shared/protocol/activity.ts";

/** Bytes kept of the beginning of an output, and of its end. */
export const HALF_BYTES = 512 * 1024;
/** Size at which a part is closed and the next one started. */
const PART_BYTES = 32 * 1024;
/** Longest line, in characters. */
const MAX_LINE = 16 * 1024;
/** Number of the first part of the end; parts of the beginning have lower numbers. */
export const FIRST_OF_END = 1_000_000;

export interface OutputPart {
  number: number;
  /** Whole lines, each with its newline. */
  text: string;
  lines: number;
  bytes: number;
  isStored: boolean;
}

/** The output of a running action: its beginning and its end, and how much was dropped in between. */
export interface Output {
  readonly lines: number;
  readonly bytes: number;
  readonly gap: ActivityGap;
  /** Bytes that are stored, or wait to be. */
  readonly keptBytes: number;
  add(line: string): void;
  /** Parts to write, and the number below which parts of the end are dropped. */
  changes(): { parts: readonly OutputPart[]; endFrom: number };
  /** Notes that all changes are written. */
  stored(): void;
}

/** Memory: at most {@link HALF_BYTES} and two parts once the beginning is stored. */
export function createOutput(): Output {
  let head: OutputPart[] = [];
  let headBytes = 0;
  let nextHead = 0;
  const tail: OutputPart[] = [];
  let tailBytes = 0;
  let nextTail = FIRST_OF_END;
  let lines = 0;
  let bytes = 0;
  const gap = { lines: 0, bytes: 0 };

  const append = (parts: OutputPart[], text: string, size: number, next: () => number) => {
    let last = parts.at(-1);
    if (!last || last.bytes >= PART_BYTES) {
      last = { number: next(), text: "", lines: 0, bytes: 0, isStored: false };
      parts.push(last);
    }
    last.text += text;
    last.lines++;
    last.bytes += size;
    last.isStored = false;
  };

  return {
    get lines() {
      return lines;
    },
    get bytes() {
      return bytes;
    },
    gap,
    get keptBytes() {
      return headBytes + tailBytes;
    },
    add(line) {
      const text = `${line.length > MAX_LINE ? `${line.slice(0, MAX_LINE).toWellFormed()}…` : line}\n`;
      const size = Buffer.byteLength(text);
      lines++;
      bytes += size;
      if (tail.length === 0 && headBytes + size <= HALF_BYTES) {
        append(head, text, size, () => nextHead++);
        headBytes += size;
        return;
      }
      append(tail, text, size, () => nextTail++);
      tailBytes += size;
      while (tail[0] && tailBytes - tail[0].bytes >= HALF_BYTES) {
        const dropped = tail.shift() as OutputPart;
        tailBytes -= dropped.bytes;
        gap.lines += dropped.lines;
        gap.bytes += dropped.bytes;
      }
    },
    changes: () => ({
      parts: [...head, ...tail].filter(({ isStored }) => !isStored),
      endFrom: tail[0]?.number ?? FIRST_OF_END,
    }),
    stored() {
      for (const part of [...head, ...tail]) part.isStored = true;
      // Only the last part of the beginning can still grow.
      head = tail.length > 0 ? [] : head.slice(-1);
    },
  };
}
