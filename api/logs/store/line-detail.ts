/**
 * What a stored line tells beyond its time. Only container lines have nanoseconds: the column of the others holds this,
 * so that lines of all kinds share one form of file.
 */
export interface LineDetail {
  /** PM2's number of the process. */
  instance?: number | undefined;
  /** The time is that of the reading. */
  approximate?: boolean | undefined;
}

/** The column has 16 bits. Instances beyond are not stored. */
const INSTANCE_MAX = 0x7ffe;

export const encodeDetail = ({ instance, approximate }: LineDetail): number =>
  (instance !== undefined && instance >= 0 && instance <= INSTANCE_MAX ? (instance + 1) * 2 : 0) +
  (approximate ? 1 : 0);

export function decodeDetail(ns: number): LineDetail {
  const detail: LineDetail = {};
  if (ns >= 2) detail.instance = (ns >> 1) - 1;
  if (ns & 1) detail.approximate = true;
  return detail;
}
