export const ranges = [
  { value: "all", label: "Any time" },
  { value: "hour", label: "Last hour" },
  { value: "day", label: "Last 24 hours" },
  { value: "week", label: "Last 7 days" },
  { value: "month", label: "Last 30 days" },
] as const;

export type RangeName = (typeof ranges)[number]["value"];

const HOUR = 3_600_000;
const spans: Record<RangeName, number | null> = {
  all: null,
  hour: HOUR,
  day: 24 * HOUR,
  week: 7 * 24 * HOUR,
  month: 30 * 24 * HOUR,
};

/** Start of a range that ends at `now` (milliseconds), as ISO 8601; undefined for any time. */
export function sinceOf(range: RangeName, now: number): string | undefined {
  const span = spans[range];
  return span === null ? undefined : new Date(now - span).toISOString();
}
