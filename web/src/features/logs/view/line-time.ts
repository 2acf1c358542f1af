import { createRoot, createSignal } from "solid-js";
import { dates } from "../../../lib/format.ts";
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
} as const;
const day = { month: "short", day: "2-digit" } as const;
const formats = {
  local: { today: dates(clock), other: dates(day) },
  utc: { today: dates({ ...clock, timeZone: "UTC" }), other: dates({ ...day, timeZone: "UTC" }) },
};

/** The time of day, with the day where it is not that of `now`. */
export function toClock(iso: string, mode: "local" | "utc", now = serverNow()): string {
  const time = Date.parse(iso);
  if (Number.isNaN(time)) return "";
  const { today, other } = formats[mode];
  const date = other.format(time);
  return date === other.format(now) ? today.format(time) : `${date} ${today.format(time)}`;
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
