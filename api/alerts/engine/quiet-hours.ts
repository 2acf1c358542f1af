import type { QuietHours } from "../../../shared/protocol/alert.ts";

const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const formats = new Map<string, Intl.DateTimeFormat>();
/** Cached formatters: creating one takes about a millisecond, and there are about 600 time zones. */
const MAX_FORMATS = 64;

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  if (formats.size >= MAX_FORMATS) formats.clear();
  const created = new Intl.DateTimeFormat("en-US", {
    timeZone,
    weekday: "short",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
  formats.set(timeZone, created);
  return created;
}

const minutesOf = (time: string) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));

/** Whether quiet hours forbid messages at this moment. Equal times mean the whole day. */
export function isQuiet(hours: QuietHours | null, now: Date): boolean {
  if (!hours) return false;
  const parts = Object.fromEntries(
    formatOf(hours.timeZone)
      .formatToParts(now)
      .map(({ type, value }) => [type, value]),
  );
  const today = DAYS.indexOf(parts.weekday ?? "");
  const minute = Number(parts.hour) * 60 + Number(parts.minute);
  const from = minutesOf(hours.from);
  const to = minutesOf(hours.to);
  const on = (day: number) => hours.days.includes((day + 7) % 7);
  if (from < to) return on(today) && minute >= from && minute < to;
  // Across midnight the early part belongs to the day before.
  return (on(today) && minute >= from) || (on(today - 1) && minute < to);
}
