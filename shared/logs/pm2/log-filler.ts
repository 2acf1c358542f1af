import type { LogHandle } from "./log-file.ts";

/** Longest one, in bytes. */
export const MAX_FILLER_BYTES = 16 * 1024;
const END = "\t\t\n";

/** A blank line of so many bytes, three at least: it takes the place of what was moved to a rotated file. */
export const fillerText = (bytes: number): string => END.padStart(bytes, " ");

/** Length of the blank line of {@link fillerText} at the head of a file; 0 if there is none. */
export async function fillerOf(handle: LogHandle): Promise<number> {
  const head = await handle.read(Buffer.alloc(MAX_FILLER_BYTES), 0, MAX_FILLER_BYTES, 0);
  const [filler = ""] = /^ *\t\t\n/.exec(head.buffer.toString("latin1", 0, head.bytesRead)) ?? [];
  return filler.length;
}
