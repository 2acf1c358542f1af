import type { FileHandle } from "node:fs/promises";
import { expect, test } from "vitest";
import { tailOffset } from "./log-file.ts";

const MEBIBYTE = 1024 * 1024;

/** A file of one repeated byte, with line ends at some offsets; counts the bytes read. */
function fileOf(size: number, lineEnds: readonly number[]) {
  let bytes = 0;
  const read = async (buffer: Buffer, offset: number, length: number, position: number) => {
    bytes += length;
    buffer.fill(0x78, offset, offset + length);
    for (const end of lineEnds) if (end >= position && end < position + length) buffer[offset + end - position] = 0x0a;
    return { bytesRead: length, buffer };
  };
  const handle = { stat: async () => ({ size }), read } as unknown as FileHandle;
  return { handle, bytes: () => bytes };
}

test("a viewer of a log with one endless line reads a bounded number of bytes", async () => {
  const size = 10_000 * MEBIBYTE;
  const endless = fileOf(size, []);
  expect(await tailOffset(endless.handle, 100)).toBeGreaterThanOrEqual(size - 65 * MEBIBYTE);
  expect(endless.bytes()).toBeLessThanOrEqual(65 * MEBIBYTE);
  // Reading starts at the oldest line that was found.
  const few = fileOf(size, [size - 5 * MEBIBYTE, size - 1]);
  expect(await tailOffset(few.handle, 100)).toBe(size - 5 * MEBIBYTE + 1);
  expect(await tailOffset(fileOf(size, [size - 9, size - 1]).handle, 1)).toBe(size - 8);
});
