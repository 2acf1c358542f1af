import { serverNow } from "./server-time.ts";

const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"] as const;

/** Numbers as the browser's language writes them, by their largest number of decimals. */
const decimals = [0, 1, 2].map(
  (maximumFractionDigits) => new Intl.NumberFormat(undefined, { maximumFractionDigits, useGrouping: false }),
);

/** Bytes for people, in steps of 1,024, as Docker counts them: `1.4 GiB`. */
export function formatBytes(bytes: number): string {
  if (!Number.isFinite(bytes)) return "–";
  let value = Math.abs(bytes);
  let unit = 0;
  while (value >= 1023.5 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  const digits = unit === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `${bytes < 0 ? "-" : ""}${decimals[digits]?.format(value)} ${units[unit]}`;
}

export const formatRate = (bytesPerSecond: number): string => `${formatBytes(bytesPerSecond)}/s`;

const tenths = new Intl.NumberFormat(undefined, { minimumFractionDigits: 1, maximumFractionDigits: 1 });

/** Percent for people: whole ones from 10 on. */
export function formatPercent(percent: number): string {
  if (!Number.isFinite(percent)) return "–";
  return `${percent >= 10 || percent === 0 ? Math.round(percent) : tenths.format(percent)}%`;
}

/** Seconds as the two largest units: `3d 4h`, `12m 5s`. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return "–";
  const whole = Math.floor(seconds);
  const parts: [number, string][] = [
    [Math.floor(whole / 86_400), "d"],
    [Math.floor(whole / 3_600) % 24, "h"],
    [Math.floor(whole / 60) % 60, "m"],
    [whole % 60, "s"],
  ];
  const first = parts.findIndex(([amount]) => amount > 0);
  if (first === -1) return "0s";
  return parts
    .slice(first, first + 2)
    .filter(([amount]) => amount > 0)
    .map(([amount, unit]) => `${amount}${unit}`)
    .join(" ");
}

// 24 hours, as the logs and the charts have it: times are compared across them.
const dateTime = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium", hourCycle: "h23" });
const timeOnly = new Intl.DateTimeFormat(undefined, { timeStyle: "medium", hourCycle: "h23" });
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto", style: "short" });

/** ISO 8601 as local date and time. */
export function formatDateTime(iso: string | null): string {
  const time = iso ? Date.parse(iso) : Number.NaN;
  return Number.isNaN(time) ? "–" : dateTime.format(time);
}

export function formatTime(iso: string): string {
  const time = Date.parse(iso);
  return Number.isNaN(time) ? "–" : timeOnly.format(time);
}

const steps = [
  [60, "second", 1],
  [3_600, "minute", 60],
  [86_400, "hour", 3_600],
  [2_592_000, "day", 86_400],
  [31_536_000, "month", 2_592_000],
  [Number.POSITIVE_INFINITY, "year", 31_536_000],
] as const;

/** ISO 8601 as distance from now: `5 min. ago`. */
export function formatAgo(iso: string | null, now = serverNow()): string {
  const time = iso ? Date.parse(iso) : Number.NaN;
  if (Number.isNaN(time)) return "–";
  const seconds = (time - now) / 1000;
  const step = steps.find(([below]) => Math.abs(seconds) < below) ?? steps[5];
  return relative.format(Math.round(seconds / step[2]), step[1]);
}
