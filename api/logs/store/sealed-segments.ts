import type { DatabaseSync } from "node:sqlite";
import { listSegments, openSegment, removeSegment, segmentPath, segmentSize } from "./segment.ts";

/** The files of the store that take no more lines, oldest first. */
export interface SealedSegments {
  /** Size of all of them. */
  readonly bytes: number;
  numbers(): number[];
  add(number: number): void;
  /** Removes a file. Returns the number of its lines; 0 for a damaged file. */
  drop(number: number): number;
  /** Time of the newest line or mark, in microseconds. @throws What SQLite throws when the file is damaged. */
  newestTime(number: number): number;
}

/** Lists the files below `active`, the number of the file that is written. */
export function createSealedSegments(folder: string, active: number): SealedSegments {
  const sizes = new Map<number, number>();
  let bytes = 0;
  const add = (number: number) => {
    const size = segmentSize(segmentPath(folder, number));
    sizes.set(number, size);
    bytes += size;
  };
  for (const number of listSegments(folder)) if (number !== active) add(number);

  return {
    get bytes() {
      return bytes;
    },
    numbers: () => [...sizes.keys()],
    add,
    drop(number) {
      const lines = countLines(folder, number);
      removeSegment(segmentPath(folder, number));
      bytes -= sizes.get(number) ?? 0;
      sizes.delete(number);
      return lines;
    },
    newestTime: (number) =>
      readNumber(
        folder,
        number,
        "SELECT max(us) FROM (SELECT max(max_us) AS us FROM block UNION ALL SELECT max(us) FROM mark)",
      ),
  };
}

function countLines(folder: string, number: number): number {
  try {
    return readNumber(folder, number, "SELECT total(lines) FROM block");
  } catch {
    return 0;
  }
}

/** Runs a query of one number; 0 where the result is null. */
function readNumber(folder: string, number: number, query: string): number {
  const database: DatabaseSync = openSegment(segmentPath(folder, number));
  try {
    return Number(Object.values(database.prepare(query).get() ?? {})[0] ?? 0);
  } finally {
    database.close();
  }
}
