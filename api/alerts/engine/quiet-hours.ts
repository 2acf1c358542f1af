import type { QuietHours } from "../../../shared/protocol/alert.ts";

const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const formats = new Map<string, Intl.DateTimeFormat>();
/** Time zones whose formatter is kept: there are some 600 names, and making one costs a millisecond. */
const FORMATS_MAX = 64;

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  if (formats.size >= FORMATS_MAX) formats.clear();
  const made = new Intl.DateTimeFormat("en-US", {
    timeZone,
    weekday: "short",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
  formats.set(timeZone, made);
  return made;
}

const minutesOf = (time: string) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));

/** Whether nothing is to be sent at this moment. Equal times mean the whole day. */
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
  // Over midnight: the early part belongs to the day it began on.
  return (on(today) && minute >= from) || (on(today - 1) && minute < to);
}
