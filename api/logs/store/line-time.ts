/**
 * Times of lines: whole microseconds since 1970, which a number holds exactly until the year 2255, and the nanoseconds
 * beyond, 0 to 999.
 */
export interface LineTime {
  us: number;
  ns: number;
}

/** @param time the Engine's fixed-width `2006-01-02T15:04:05.000000000Z` */
export function parseLineTime(time: string): LineTime {
  const seconds = Math.floor(Date.parse(time) / 1000);
  if (Number.isNaN(seconds)) return { us: 0, ns: 0 };
  const micros = Number(time.slice(20, 26));
  const ns = Number(time.slice(26, 29));
  return { us: seconds * 1_000_000 + (Number.isNaN(micros) ? 0 : micros), ns: Number.isNaN(ns) ? 0 : ns };
}

export function formatLineTime(us: number, ns = 0): string {
  const seconds = Math.floor(us / 1_000_000);
  const micros = us - seconds * 1_000_000;
  const whole = new Date(seconds * 1000).toISOString().slice(0, 19);
  return `${whole}.${String(micros).padStart(6, "0")}${String(ns).padStart(3, "0")}Z`;
}

/**
 * The first and last microsecond of an instant: they differ where it says no more than its millisecond.
 * @param time RFC 3339, with any offset and any number of digits; what lies beyond microseconds is cut off
 */
export function toMicrosOf(time: string): { first: number; last: number } {
  const fraction = /\.(\d+)/.exec(time)?.[1] ?? "";
  const first = toMicros(Math.floor(Date.parse(time))) + Number(fraction.slice(3, 6).padEnd(3, "0"));
  return { first, last: fraction.length > 3 ? first : first + 999 };
}

export const toMicros = (milliseconds: number): number => Math.round(milliseconds * 1000);
