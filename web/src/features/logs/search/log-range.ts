export const quickRanges = [
  { label: "Last 5 minutes", minutes: 5 },
  { label: "Last 15 minutes", minutes: 15 },
  { label: "Last hour", minutes: 60 },
  { label: "Last 6 hours", minutes: 360 },
  { label: "Last 24 hours", minutes: 1_440 },
  { label: "Last 7 days", minutes: 10_080 },
] as const;

const time = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
const clock = new Intl.DateTimeFormat(undefined, time);
const full = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric", ...time });

const format = (iso: string, now: number) => {
  const at = new Date(iso);
  return (at.toDateString() === new Date(now).toDateString() ? clock : full).format(at);
};

/** `Any time`, `Since 14:05`, `Until Nov 3, 10:00`, `14:05 – 14:20`. */
export function rangeText(since: string | undefined, until: string | undefined, now = Date.now()): string {
  if (since && until) return `${format(since, now)} – ${format(until, now)}`;
  if (since) return `Since ${format(since, now)}`;
  return until ? `Until ${format(until, now)}` : "Any time";
}

/** The value of a `datetime-local` field, in the reader's own time. */
export function toFieldValue(iso: string | undefined): string {
  if (iso === undefined) return "";
  const at = new Date(iso);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}

/** ISO 8601 of what stands in such a field; undefined when it is empty or no time. */
export function fromFieldValue(value: string): string | undefined {
  const at = new Date(value);
  return value === "" || Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}
