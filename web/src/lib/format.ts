import { browserLocales } from "./locale.ts";
import { serverNow } from "./server-time.ts";

/** In place of a value that is unknown or does not exist. */
export const NO_VALUE = "–";

const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"] as const;

/** A size in the largest unit of which there is at least one. */
function inUnits(bytes: number): { value: number; unit: string; isWhole: boolean } {
  let value = Math.abs(bytes);
  let unit = 0;
  while (value >= 1023.5 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return { value: bytes < 0 ? -value : value, unit: units[unit] ?? "B", isWhole: unit === 0 };
}

/** Seconds of each unit, the largest first; `mo` is 30 days, `y` is 365. */
const spans: readonly (readonly [name: string, seconds: number])[] = [
  ["y", 31_536_000],
  ["mo", 2_592_000],
  ["d", 86_400],
  ["h", 3_600],
  ["m", 60],
  ["s", 1],
];
/** Units of a duration: a month is too vague for one. */
const durationSpans = spans.slice(2);

/**
 * How values are written. Numbers, dates and the order of their parts are those of the locale; the words around them are
 * English, as the sentences in which they stand.
 * @param locales The first one that is supported is used; undefined for that of the runtime.
 */
export function createFormats(locales: readonly string[] | undefined) {
  const numbers = (min: number, max = min, style: "decimal" | "percent" = "decimal") =>
    new Intl.NumberFormat(locales, { style, minimumFractionDigits: min, maximumFractionDigits: max });
  const whole = numbers(0);
  const tenths = numbers(1);
  const hundredths = numbers(2);
  const upTo = [whole, numbers(0, 1), numbers(0, 2)] as const;
  const wholePercent = numbers(0, 0, "percent");
  const tenthsPercent = numbers(1, 1, "percent");
  // 24 hours, as the logs and the charts have it: times are compared across them.
  const dateTime = dates({ dateStyle: "medium", timeStyle: "medium" });
  const timeOnly = dates({ timeStyle: "medium" });

  function dates(options: Intl.DateTimeFormatOptions) {
    return new Intl.DateTimeFormat(locales, { hourCycle: "h23", ...options });
  }
  const ifFinite = (value: number, format: (value: number) => string) =>
    Number.isFinite(value) ? format(value) : NO_VALUE;
  const formatBytes = (bytes: number) =>
    ifFinite(bytes, () => {
      const { value, unit, isWhole } = inUnits(bytes);
      const digits = isWhole || Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
      return `${upTo[digits].format(value)} ${unit}`;
    });
  const columnBytes = (bytes: number) =>
    ifFinite(bytes, () => {
      const { value, unit, isWhole } = inUnits(bytes);
      return `${(isWhole ? whole : tenths).format(value)} ${unit}`;
    });
  /** Milliseconds since the epoch; undefined when it is no time. */
  const timeOf = (iso: string | null) => {
    const time = iso ? Date.parse(iso) : Number.NaN;
    return Number.isNaN(time) ? undefined : time;
  };
  const formatDuration = (seconds: number): string => {
    if (!Number.isFinite(seconds) || seconds < 0) return NO_VALUE;
    let left = Math.floor(seconds);
    const parts = durationSpans.map(([name, length]) => {
      const amount = Math.floor(left / length);
      left -= amount * length;
      return { amount, text: `${whole.format(amount)}${name}` };
    });
    const first = parts.findIndex(({ amount }) => amount > 0);
    const shown = first === -1 ? parts.slice(-1) : parts.slice(first, first + 2).filter(({ amount }) => amount > 0);
    return shown.map(({ text }) => text).join(" ");
  };

  return {
    /** A date format of the locale with 24 hours, for an owner with options of its own. */
    dates,
    /** A number of things: `1,234`. */
    formatCount: (count: number) => ifFinite(count, whole.format),
    /** With two decimals, as a load: `0.42`. */
    formatDecimal: (value: number) => ifFinite(value, hundredths.format),
    /** Bytes in a sentence, in steps of 1,024, as Docker counts them: `1.42 GiB`, `512 MiB`. */
    formatBytes,
    /** Bytes in a column or beside a line: always one decimal, so that the digits of all rows stand below each other. */
    columnBytes,
    formatRate: (bytesPerSecond: number) => `${formatBytes(bytesPerSecond)}/s`,
    columnRate: (bytesPerSecond: number) => `${columnBytes(bytesPerSecond)}/s`,
    /** How full or how far something is, in percent: `24%`. */
    formatPercent: (percent: number) => ifFinite(percent, () => wholePercent.format(percent / 100)),
    /** Usage of processors in percent, of which a tenth counts: `0.3%`, `148.0%`. */
    formatCpu: (percent: number) => ifFinite(percent, () => tenthsPercent.format(percent / 100)),
    /** Seconds as the two largest units: `3d 4h`, `12m 5s`. */
    formatDuration,
    /** How long something took, in milliseconds: `340ms`, `1.24s`, `12m 5s`. */
    formatElapsed(ms: number): string {
      if (!Number.isFinite(ms) || ms < 0) return NO_VALUE;
      if (ms < 999.5) return `${whole.format(ms)}ms`;
      if (ms >= 59_950) return formatDuration(ms / 1_000);
      return `${(ms < 9_995 ? hundredths : tenths).format(ms / 1_000)}s`;
    },
    /** ISO 8601 as local date and time. */
    formatDateTime: (iso: string | null) => {
      const time = timeOf(iso);
      return time === undefined ? NO_VALUE : dateTime.format(time);
    },
    /** ISO 8601 as local time of day. */
    formatTime: (iso: string) => {
      const time = timeOf(iso);
      return time === undefined ? NO_VALUE : timeOnly.format(time);
    },
    /** ISO 8601 as its distance from now, in the largest unit: `5m ago`, `in 3mo`, `now`. */
    formatAgo(iso: string | null, now = serverNow()): string {
      const time = timeOf(iso);
      if (time === undefined) return NO_VALUE;
      const seconds = Math.abs(time - now) / 1_000;
      const span = spans.find(([, length]) => seconds >= length);
      if (!span) return "now";
      const text = `${whole.format(Math.floor(seconds / span[1]))}${span[0]}`;
      return time < now ? `${text} ago` : `in ${text}`;
    },
  };
}

export const {
  dates,
  formatCount,
  formatDecimal,
  formatBytes,
  columnBytes,
  formatRate,
  columnRate,
  formatPercent,
  formatCpu,
  formatDuration,
  formatElapsed,
  formatDateTime,
  formatTime,
  formatAgo,
} = createFormats(browserLocales);
