import { createReadStream, existsSync } from "node:fs";
import { basename } from "node:path";
import { createInterface } from "node:readline";
import type { Anchor } from "./anchor.ts";
import { followsOn, hashIn, parseLine } from "./chain.ts";
import { closedFiles, currentFile } from "./files.ts";

export type Verdict =
  | { intact: true; lines: number; firstSequence: number; lastSequence: number }
  | { intact: false; file: string; line: number; reason: string };

/** Reads the whole trail and finds the first line that was changed, added, removed or cut off. */
export async function verifyTrail(folder: string, key: Buffer, anchor: Anchor): Promise<Verdict> {
  const current = currentFile(folder);
  const closed = closedFiles(folder).filter(({ first }) => first >= anchor.firstSequence); // older ones are being removed
  const files = [...closed.map(({ path }) => path), ...(existsSync(current) ? [current] : [])];
  let previous = anchor.firstPrevious;
  let expected = anchor.firstSequence;
  let lines = 0;
  let place = { file: basename(current), line: 1 };
  for (const path of files) {
    let number = 0;
    for await (const line of createInterface({
      input: createReadStream(path, "utf8"),
      crlfDelay: Number.POSITIVE_INFINITY,
    })) {
      number++;
      place = { file: basename(path), line: number };
      const sequence = parseLine(line)?.sequence;
      const broken = (reason: string): Verdict => ({ intact: false, ...place, reason });
      if (sequence === undefined) return broken("the line is damaged");
      if (sequence !== expected) return broken(`found entry ${sequence} instead of entry ${expected}`);
      if (!followsOn(key, previous, line)) return broken("the line or the previous line was changed");
      if (sequence === anchor.sequence && hashIn(line) !== anchor.hash) return broken("the line was replaced");
      previous = hashIn(line) ?? previous;
      expected++;
      lines++;
    }
    place = { file: basename(path), line: number + 1 };
  }
  if (expected - 1 < anchor.sequence) {
    return { intact: false, ...place, reason: `the entries ${expected} to ${anchor.sequence} are missing at the end` };
  }
  return { intact: true, lines, firstSequence: anchor.firstSequence, lastSequence: expected - 1 };
}
