import { dates, formatCount } from "./format.ts";
import { serverNow } from "./server-time.ts";

/** A period that a page shows. */
export interface TimeRange {
  /** ISO 8601, or an age that moves with the present, such as `15m`, `6h` or `7d`. */
  since?: string | undefined;
  /** ISO 8601; absent while the period ends now. */
  until?: string | undefined;
}

const MINUTE_MS = 60_000;
const unitMs = { m: MINUTE_MS, h: 60 * MINUTE_MS, d: 1_440 * MINUTE_MS } as const;
/** Longest age that an address may name. */
const AGE_MAX_MS = 366 * unitMs.d;

/** Milliseconds of an age such as `15m`; undefined for anything else. */
export function ageMs(value: string | undefined): number | undefined {
  const [, count, unit] = /^([1-9]\d{0,4})([mhd])$/.exec(value ?? "") ?? [];
  if (count === undefined || unit === undefined) return undefined;
  const age = Number(count) * unitMs[unit as keyof typeof unitMs];
  return age <= AGE_MAX_MS ? age : undefined;
}

/** Milliseconds since 1970 of one end of a range; undefined when that end is open. */
export function instantOf(value: string | undefined, now = serverNow()): number | undefined {
  if (value === undefined) return undefined;
  const age = ageMs(value);
  const at = age === undefined ? Date.parse(value) : now - age;
  return Number.isNaN(at) ? undefined : at;
}

/** One end of a range as an address writes it: an age stays an age; undefined for what is neither. */
export function readRangeEnd(value: string | null, { ages }: { ages: boolean }): string | undefined {
  if (value === null) return undefined;
  if (ages && ageMs(value) !== undefined) return value;
  // Date.parse takes "5" for a month.
  const at = /^\d{4}-\d\d-\d\dT/.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) ? undefined : new Date(at).toISOString();
}

export const isSameRange = (left: TimeRange, right: TimeRange): boolean =>
  left.since === right.since && left.until === right.until;

/** An end of a range as ISO 8601: an age counts back from now. */
export function toIso(value: string | undefined, now = serverNow()): string | undefined {
  const at = instantOf(value, now);
  return at === undefined ? undefined : new Date(at).toISOString();
}

/** Ranges to choose from. */
export const quickRanges = [
  { label: "Last 5 minutes", since: "5m" },
  { label: "Last 15 minutes", since: "15m" },
  { label: "Last hour", since: "1h" },
  { label: "Last 6 hours", since: "6h" },
  { label: "Last 24 hours", since: "24h" },
  { label: "Last 7 days", since: "7d" },
] as const;

const time = { hour: "2-digit", minute: "2-digit" } as const;
const day = { month: "short", day: "numeric" } as const;
const clock = dates(time);
const clockToSecond = dates({ ...time, second: "2-digit" });
const full = dates({ ...day, ...time });
const fullToSecond = dates({ ...day, ...time, second: "2-digit" });

/** Shorter ranges need seconds to be told apart. */
const SHORT_MS = 10 * MINUTE_MS;
const units = { m: ["minute", "minutes"], h: ["hour", "hours"], d: ["day", "days"] } as const;

function ageText(since: string): string {
  const quick = quickRanges.find((range) => range.since === since);
  if (quick) return quick.label;
  const count = Number(since.slice(0, -1));
  const [one, many] = units[since.slice(-1) as keyof typeof units];
  return count === 1 ? `Last ${one}` : `Last ${formatCount(count)} ${many}`;
}

/** `Any time`, `Last hour`, `Since 14:05`, `Until Nov 3, 10:00`, `14:05 – 14:20`. */
export function rangeText({ since, until }: TimeRange, now = serverNow()): string {
  const [from, to] = [instantOf(since, now), instantOf(until, now)];
  const isShort = from !== undefined && to !== undefined && to - from < SHORT_MS;
  const format = (at: number) => {
    const isToday = new Date(at).toDateString() === new Date(now).toDateString();
    if (isShort) return (isToday ? clockToSecond : fullToSecond).format(at);
    return (isToday ? clock : full).format(at);
  };
  if (from !== undefined && to !== undefined) return `${format(from)} – ${format(to)}`;
  if (to !== undefined) return `Until ${format(to)}`;
  if (from === undefined || since === undefined) return "Any time";
  return ageMs(since) === undefined ? `Since ${format(from)}` : ageText(since);
}
