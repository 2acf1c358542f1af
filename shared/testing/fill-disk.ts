import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Writes a file until its disk is full. Returns the path of the file, whose removal frees the space. */
export function fillDisk(folder: string): string {
  const filler = join(folder, "filler");
  writeFileSync(filler, "");
  const part = Buffer.alloc(4_096);
  try {
    for (;;) appendFileSync(filler, part);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
  }
  return filler;
}
