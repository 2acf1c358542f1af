import { AppError } from "../../../shared/server/errors.ts";

/**
 * The place of a line in the order of the whole store: its time, then the file, the container in the file and the line's
 * number. With -1 for the last three it stands before every line of its time.
 */
export interface LineKey {
  us: number;
  segment: number;
  stream: number;
  n: number;
}

export const beforeTime = (us: number): LineKey => ({ us, segment: -1, stream: -1, n: -1 });

export const compareKeys = (one: LineKey, other: LineKey): number =>
  one.us - other.us || one.segment - other.segment || one.stream - other.stream || one.n - other.n;

export function formatCursor({ us, segment, stream, n }: LineKey): string {
  const numbers = n < 0 ? [us] : [us, segment, stream, n];
  return numbers.map((number) => number.toString(36)).join(".");
}

export function parseCursor(cursor: string): LineKey {
  const [us, segment, stream, n, more] = cursor.split(".").map((part) => Number.parseInt(part, 36));
  const given = [us, segment, stream, n].filter((part) => part !== undefined);
  const isWhole = given.every((part) => Number.isSafeInteger(part)) && more === undefined;
  if (us === undefined || !isWhole || (given.length !== 1 && given.length !== 4)) {
    throw new AppError("invalid_input", "This is not a cursor of an earlier answer.");
  }
  return given.length === 1 ? beforeTime(us) : ({ us, segment, stream, n } as LineKey);
}

export const formatLineId = ({ segment, stream, n }: Omit<LineKey, "us">): string =>
  [segment, stream, n].map((number) => number.toString(36)).join("-");

/** The place right before a line, and after all that come before it. */
export const justBefore = ({ us, segment, stream, n }: LineKey): LineKey =>
  n > 0 ? { us, segment, stream, n: n - 1 } : { us, segment, stream: stream - 1, n: Number.MAX_SAFE_INTEGER };

/** @param id checked by the schema of line ids */
export function parseLineId(id: string): Omit<LineKey, "us"> {
  const [segment = -1, stream = -1, n = -1] = id.split("-").map((part) => Number.parseInt(part, 36));
  return { segment, stream, n };
}
