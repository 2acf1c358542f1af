import { setTimeout as delay } from "node:timers/promises";
import type { LogHandle } from "./log-file.ts";

/** Longest one, in bytes. */
export const MAX_FILLER_BYTES = 16 * 1024;
const END = "\t\t\n";

/** A blank line of so many bytes, three at least: it takes the place of what was moved to a rotated file. */
export const fillerText = (bytes: number): string => END.padStart(bytes, " ");

/** Length of the blank line of {@link fillerText} at the head of a file; 0 if there is none. */
const fillerOf = (head: Buffer): number => /^ *\t\t\n/.exec(head.toString("latin1"))?.[0].length ?? 0;

/** Longest wait for the blank line, which follows the move at once. */
const FILLER_WAIT_MS = 2_000;
const FILLER_POLL_MS = 20;
/** A move is of whole blocks, of this size or a multiple. */
const BLOCK_BYTES = 4_096;
const NEWLINE = 0x0a;

/**
 * Length of what stands at the head of a file and is also the end of the one that its head was moved to: a blank line, or the
 * rest of the last line that was moved, where the rotation has not written the blank line yet. Waits for that.
 */
export async function headBehind(moved: LogHandle | undefined, handle: LogHandle): Promise<number> {
  const until = performance.now() + FILLER_WAIT_MS;
  for (;;) {
    // Read once: the rotation may write the blank line between two reads.
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(MAX_FILLER_BYTES), 0, MAX_FILLER_BYTES, 0);
    const head = buffer.subarray(0, bytesRead);
    const filler = fillerOf(head);
    if (filler > 0 || !moved) return filler;
    const rest = await repeatedRest(moved, head);
    // A rotation that was killed leaves the rest for good.
    if (rest === 0 || performance.now() > until) return rest;
    await delay(FILLER_POLL_MS);
  }
}

/** Length of the rest of a line at the head of a file, if the other file ends with the whole line, cut at the end of a block. */
async function repeatedRest(moved: LogHandle, head: Buffer): Promise<number> {
  const length = head.indexOf(NEWLINE) + 1;
  const { size } = await moved.stat();
  const cut = size - length;
  if (length === 0 || cut <= 0 || cut % BLOCK_BYTES !== 0) return 0;
  const end = await moved.read(Buffer.alloc(length + 1), 0, length + 1, cut - 1);
  const isPartOfLine = end.buffer[0] !== NEWLINE;
  return isPartOfLine && end.buffer.subarray(1).equals(head.subarray(0, length)) ? length : 0;
}
