import { createRoot, createSignal } from "solid-js";
import { serverNow } from "../../../lib/server-time.ts";

export const timeModes = ["local", "utc", "relative", "off"] as const;
/** How the time of a line is shown. */
export type TimeMode = (typeof timeModes)[number];

export const timeChoices: readonly { value: TimeMode; label: string }[] = [
  { value: "local", label: "Local time" },
  { value: "utc", label: "UTC" },
  { value: "relative", label: "Time ago" },
  { value: "off", label: "No times" },
];

const clock = {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  fractionalSecondDigits: 3,
  hourCycle: "h23",
} as const;
const day = { month: "short", day: "2-digit" } as const;
const formats = {
  local: { today: new Intl.DateTimeFormat(undefined, clock), other: new Intl.DateTimeFormat(undefined, day) },
  utc: {
    today: new Intl.DateTimeFormat(undefined, { ...clock, timeZone: "UTC" }),
    other: new Intl.DateTimeFormat(undefined, { ...day, timeZone: "UTC" }),
  },
};

/** The time of day, with the day where it is not that of `now`. */
export function toClock(iso: string, mode: "local" | "utc", now = serverNow()): string {
  const time = Date.parse(iso);
  if (Number.isNaN(time)) return "";
  const { today, other } = formats[mode];
  const date = other.format(time);
  return date === other.format(now) ? today.format(time) : `${date} ${today.format(time)}`;
}

const units: [seconds: number, name: string][] = [
  [86_400, "d"],
  [3_600, "h"],
  [60, "m"],
  [1, "s"],
];

/** `12s ago`, `3m ago`, `5h ago`, `2d ago`. */
export function toAgo(iso: string, now: number): string {
  const seconds = (now - Date.parse(iso)) / 1_000;
  if (Number.isNaN(seconds)) return "";
  const [unit, name] = units.find(([length]) => seconds >= length) ?? [1, "s"];
  return seconds < 1 ? "now" : `${Math.floor(seconds / unit)}${name} ago`;
}

/** The time of the server, updated every second while it is read. */
export const currentSecond = createRoot(() => {
  const [now, setNow] = createSignal(serverNow());
  let timer: ReturnType<typeof setInterval> | undefined;
  let readers = 0;
  return {
    now,
    /** Keeps it going; returns the clean-up. */
    keep(): () => void {
      if (readers++ === 0) {
        setNow(serverNow());
        timer = setInterval(() => setNow(serverNow()), 1_000);
      }
      return () => {
        if (--readers === 0) clearInterval(timer);
      };
    },
  };
});
