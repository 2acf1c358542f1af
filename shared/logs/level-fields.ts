import { type LogLevel, levelOfNumber, levelOfSyslog, levelOfValue } from "./log-levels.ts";

/** Names of fields that hold a level, in lower case. */
const levelKeys = new Set(
  "level lvl severity loglevel log.level log_level levelname level_name severity_text severitytext @l @level".split(
    " ",
  ),
);

export const isLevelKey = (key: string): boolean => levelKeys.has(key.toLowerCase());

/** Objects in which some loggers keep the level: ECS `log.level`, loguru `record.level.name`. */
const containers = new Set(["log", "record", "level"]);

/** Index after a string whose content starts at `from`; -1 when it does not end before `end`. */
function endOfString(text: string, from: number, end: number): number {
  for (let at = from; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x5c) at++;
    else if (code === 0x22) return at + 1;
  }
  return -1;
}

/** Index after an object or array whose content starts at `from`; -1 when it does not end before `end`. */
function endOfNested(text: string, from: number, end: number): number {
  let depth = 1;
  for (let at = from; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22) {
      at = endOfString(text, at + 1, end) - 1;
      if (at < 0) return -1;
    } else if (code === 0x7b || code === 0x5b) depth++;
    else if ((code === 0x7d || code === 0x5d) && --depth === 0) return at + 1;
  }
  return -1;
}

/** OpenTelemetry counts four steps a level from 1, Google Cloud in hundreds with `notice` between, Python in tens. */
function levelOfField(key: string, number: number): LogLevel {
  switch (key) {
    case "severity_number":
    case "severitynumber":
      return number >= 1 && number <= 24
        ? (levelOfNumber((Math.ceil(number / 4) - 1) * 10 + 10) as LogLevel)
        : "unknown";
    case "levelno":
      return number >= 10 && number < 100 ? levelOfNumber(number + 10) : "unknown";
    case "priority":
      return levelOfSyslog(number);
    case "severity":
      return number >= 300 ? levelOfNumber(number - 100) : levelOfNumber(number);
    default:
      return levelOfNumber(number);
  }
}

const numericKeys = new Set(["severity_number", "severitynumber", "levelno", "priority"]);
const blank = /\s*/y;
const bare = /[^\s,}\]]+/y;

interface Scan {
  text: string;
  end: number;
  /** Where reading continues. */
  at: number;
}

function skip(scan: Scan, pattern: RegExp): string {
  pattern.lastIndex = scan.at;
  const found = pattern.exec(scan.text)?.[0] ?? "";
  scan.at += found.length;
  return found;
}

/**
 * The level field of a JSON object itself, not of one inside it or of a text. Undefined when the text at `from` is no
 * JSON object; `unknown` when it has no such field before `end`. Takes linear time.
 */
export function levelOfJson(text: string, from: number, end: number): LogLevel | undefined {
  return levelOfObject({ text, end, at: from + 1 }, "");
}

function levelOfObject(scan: Scan, path: string): LogLevel | undefined {
  const { text, end } = scan;
  let compact = false;
  for (let first = true; scan.at < end; first = false) {
    skip(scan, blank);
    if (text[scan.at] === "}") return compact ? "info" : "unknown";
    if (text[scan.at] !== '"') return first ? undefined : "unknown";
    const keyEnd = endOfString(text, scan.at + 1, end);
    if (keyEnd === -1) return first ? undefined : "unknown";
    const key = text.slice(scan.at + 1, keyEnd - 1).toLowerCase();
    scan.at = keyEnd;
    skip(scan, blank);
    if (text[scan.at] !== ":") return first ? undefined : "unknown";
    scan.at++;
    skip(scan, blank);
    // Serilog's compact form leaves the level out where it is Information.
    if (path === "" && key === "@t") compact = true;
    const level = levelOfMember(scan, key, path);
    if (level === undefined) return "unknown";
    if (level !== "unknown") return level;
    skip(scan, blank);
    if (text[scan.at] === ",") scan.at++;
  }
  return "unknown";
}

/** Reads one value. Undefined when it does not end. */
function levelOfMember(scan: Scan, key: string, path: string): LogLevel | undefined {
  const { text, end } = scan;
  const code = text.charCodeAt(scan.at);
  const isLevel =
    isLevelKey(key) ||
    numericKeys.has(key) ||
    (key === "name" && path.endsWith("level")) ||
    (key === "s" && path === "" && isMongo(text));
  if (code === 0x22) {
    const from = scan.at + 1;
    const stop = endOfString(text, from, end);
    if (stop === -1) return undefined;
    scan.at = stop;
    if (!isLevel || stop - from > 24) return "unknown";
    const value = text.slice(from, stop - 1);
    return numericKeys.has(key) && /^\d{1,3}$/.test(value) ? levelOfField(key, Number(value)) : levelOfValue(value);
  }
  if (code === 0x7b || code === 0x5b) {
    const from = scan.at + 1;
    const stop = endOfNested(text, from, end);
    if (code === 0x7b && containers.has(key) && path.length < 12) {
      const inner = levelOfObject({ text, end: stop === -1 ? end : stop, at: from }, `${path}.${key}`);
      if (inner !== undefined && inner !== "unknown") return inner;
    }
    if (stop === -1) return undefined;
    scan.at = stop;
    return "unknown";
  }
  const value = skip(scan, bare);
  if (value === "") return undefined;
  return isLevel && /^\d{1,5}$/.test(value) ? levelOfField(key, Number(value)) : "unknown";
}

/** MongoDB's own lines begin with their time in extended JSON. */
const isMongo = (text: string) => /^\{\s?"t":\s?\{\s?"\$date"/.test(text);
