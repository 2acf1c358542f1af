import { rangeLabels } from "./messages.ts";

export type RangeName = keyof typeof rangeLabels;

const HOUR = 3_600_000;
const spans: Record<RangeName, number | null> = {
  all: null,
  hour: HOUR,
  day: 24 * HOUR,
  week: 7 * 24 * HOUR,
  month: 30 * 24 * HOUR,
};

export const ranges = (Object.keys(spans) as RangeName[]).map((value) => ({ value, label: rangeLabels[value] }));

/** Start of a range that ends at `now` (milliseconds), as ISO 8601; undefined for any time. */
export function sinceOf(range: RangeName, now: number): string | undefined {
  const span = spans[range];
  return span === null ? undefined : new Date(now - span).toISOString();
}
