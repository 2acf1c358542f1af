import { closeSync, fstatSync, ftruncateSync, openSync, readSync } from "node:fs";

/** Bytes read from the end of a file; a line has a few KiB at most. */
const TAIL_BYTES = 256 * 1024;

/** Returns the last complete lines of a file, oldest first. */
export function lastLines(path: string): string[] {
  const descriptor = openSync(path, "r");
  try {
    const { size } = fstatSync(descriptor);
    const start = Math.max(0, size - TAIL_BYTES);
    const buffer = Buffer.alloc(size - start);
    readSync(descriptor, buffer, 0, buffer.length, start);
    const lines = buffer.toString("utf8").split("\n");
    lines.pop(); // the text after the last newline: empty, or an incomplete line
    if (start > 0) lines.shift();
    return lines;
  } finally {
    closeSync(descriptor);
  }
}

export function firstLine(path: string): string {
  const descriptor = openSync(path, "r");
  try {
    const buffer = Buffer.alloc(64 * 1024);
    const text = buffer.toString("utf8", 0, readSync(descriptor, buffer, 0, buffer.length, 0));
    return text.slice(0, Math.max(0, text.indexOf("\n")));
  } finally {
    closeSync(descriptor);
  }
}

/** Removes a last line without a newline: a write that a crash interrupted before it was acknowledged. */
export function dropCutLine(path: string): void {
  const descriptor = openSync(path, "r+");
  try {
    const { size } = fstatSync(descriptor);
    const start = Math.max(0, size - TAIL_BYTES);
    const buffer = Buffer.alloc(size - start);
    readSync(descriptor, buffer, 0, buffer.length, start);
    const end = start + buffer.lastIndexOf(0x0a) + 1;
    if (end < size && end >= start) ftruncateSync(descriptor, end);
  } finally {
    closeSync(descriptor);
  }
}
