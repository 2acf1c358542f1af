import { isContinuation } from "../level.ts";
import { utcTimeOf } from "../utc-time.ts";
import { compileDateFormat } from "./date-format.ts";

/** How PM2 writes the lines of an app. */
export interface LineFormat {
  /** `log_date_format`: PM2 begins each line with the time in this form; null: it notes none. */
  dateFormat: string | null;
  /** `log_type: "json"`: each chunk of output is one JSON object. */
  json: boolean;
}

export interface ParsedLine {
  /** Ended by `\n`. */
  text: string;
  /** ISO 8601; undefined if the line names no time. */
  time: string | undefined;
  /** What JSON says of it, and a plain line does not. */
  error?: boolean | undefined;
  instance?: number | undefined;
  app?: string | undefined;
}

/** Returns the lines that one line of a log file stands for, usually one. @param now milliseconds since 1970 */
export type ParseLine = (text: string, now: number) => ParsedLine[];

/** Characters of a line that are read as JSON. */
const JSON_MAX = 1_100_000;
/** Characters within which an app's own JSON names its time. */
const FIELDS_MAX = 4_096;
/** Clocks of one machine differ by no more, in milliseconds. */
const AHEAD_MAX_MS = 1_000;
/** Earlier numbers are no times of a log line: the year 2001. */
const OLDEST_MS = 1_000_000_000_000;

const leadingTime = /^\[?(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:[.,](\d{1,9}))? ?(Z|[+-]\d\d:?\d\d)/;
const timeField =
  /"(?:time|timestamp|@timestamp|ts)"\s*:\s*(?:"([^"\\]{19,40})"|(\d{10}(?:\.\d{1,9})?|\d{13})(?=[,}\s]))/;

/** Creates a parser for the lines of one file, in their order: a line of a stack trace has the time of its head. */
export function createLineParser({ dateFormat, json }: LineFormat): ParseLine {
  const readDate = dateFormat === null ? undefined : compileDateFormat(dateFormat);
  let above: string | undefined;

  const ownTime = (text: string, now: number): string | undefined => {
    const found = readDate?.(text, now);
    if (found && found.at <= now + AHEAD_MAX_MS) return utcTimeOf(found.at);
    const first = text.charCodeAt(0);
    if (first === 0x7b /* { */) return fieldTime(text, now);
    // A digit or a bracket.
    return (first >= 0x30 && first <= 0x39) || first === 0x5b ? headTime(text, now) : undefined;
  };
  const timeOf = (text: string, now: number): string | undefined => {
    const own = ownTime(text, now);
    if (own !== undefined) above = own;
    else if (above !== undefined && !isContinuation(text.slice(0, -1), "error")) above = undefined;
    return own ?? above;
  };

  return (text, now) => {
    if (json) {
      const formatted = (written: string) => readDate?.(`${written}: `, now)?.at;
      const parsed = parseChunk(text, now, formatted);
      if (parsed) return parsed;
    }
    return [{ text, time: timeOf(text, now) }];
  };
}

/** Time at the beginning of a line: with its zone, and not in the future. A time without a zone may be that of any. */
function headTime(text: string, now: number): string | undefined {
  const [, date, time, fraction = "", zone = ""] = leadingTime.exec(text) ?? [];
  if (date === undefined) return undefined;
  return instantOf(`${date}T${time}`, fraction, zone.replace(/^(...)(\d\d)$/, "$1:$2"), now);
}

/** Time that an object of JSON names: text with a zone, seconds, or milliseconds. */
function fieldTime(text: string, now: number): string | undefined {
  if (text.charCodeAt(0) !== 0x7b /* { */) return undefined;
  const [, written, number] = timeField.exec(text.length > FIELDS_MAX ? text.slice(0, FIELDS_MAX) : text) ?? [];
  if (written !== undefined) return headTime(written, now);
  const value = Number(number);
  const at = value < OLDEST_MS ? value * 1_000 : value;
  return at >= OLDEST_MS && at <= now + AHEAD_MAX_MS ? utcTimeOf(at) : undefined;
}

function instantOf(seconds: string, fraction: string, zone: string, now: number): string | undefined {
  const at = Date.parse(`${seconds}${zone}`);
  if (Number.isNaN(at) || at > now + AHEAD_MAX_MS) return undefined;
  return `${new Date(at).toISOString().slice(0, 19)}.${fraction.padEnd(9, "0")}Z`;
}

/** Reads an object as PM2 writes it with `log_type: "json"`; undefined for any other line. */
function parseChunk(
  text: string,
  now: number,
  readDate: (written: string) => number | undefined,
): ParsedLine[] | undefined {
  if (text.charCodeAt(0) !== 0x7b || text.length > JSON_MAX) return undefined;
  let chunk: Record<string, unknown>;
  try {
    chunk = JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
  const { message, timestamp, type, process_id, app_name } = chunk;
  if (typeof message !== "string" || (type !== "out" && type !== "err")) return undefined;
  const written = typeof timestamp === "string" ? timestamp : "";
  const formatted = readDate(written);
  const time = formatted === undefined ? headTime(written, now) : utcTimeOf(formatted);
  const instance = typeof process_id === "number" ? process_id : undefined;
  const app = typeof app_name === "string" ? app_name : undefined;
  const error = type === "err";
  const lines = message.split("\n");
  if (lines.length > 1 && lines.at(-1) === "") lines.pop();
  // PM2 puts what an app writes at once into one object: lines of an app that notes times itself have their own.
  return lines.map((line) => ({
    text: `${line}\n`,
    time: headTime(line, now) ?? fieldTime(line, now) ?? time,
    error,
    instance,
    app,
  }));
}
