import { isLevelKey, levelOfJson } from "./level-fields.ts";
import { type LogLevel, levelOfSyslog, levelOfValue, levelOfWord } from "./log-levels.ts";

export { type LogLevel, logLevels } from "./log-levels.ts";

/** Characters of a line that are read for its fields: some loggers write the level after the message. */
export const LEVEL_LOOK_MAX = 16_384;
/** Characters within which the level of a line of plain text stands. */
const HEAD_MAX = 300;
/** Longest bracketed part of a head. */
const BRACKET_MAX = 160;

/** klog and glog: `E0521 10:00:00.000000`; CockroachDB has the year as well. */
const klog = /^([IWEF])(?:\d{4}|\d{6}) \d\d:\d\d:\d\d/;
const redis = /^\d+:[A-Z] \d{1,2} [A-Z][a-z]{2} (?:\d{4} )?[\d:.]+ ([.\-*#]) /;
const redisLevels: Record<string, LogLevel> = { ".": "debug", "-": "debug", "*": "info", "#": "warn" };
/** What names the kind of a line without a level word. */
const heads: readonly [pattern: RegExp, level: LogLevel][] = [
  [/^(?:Fatal error|fatal error|panic|PHP Fatal error|Segmentation fault|FATAL ERROR)\b/, "fatal"],
  [/^thread '[^']{0,80}'(?: \(\d+\))? panicked at /, "fatal"],
  [/^terminate called (?:after throwing|without an active)/, "fatal"],
  [/^(?:PHP )?(?:Parse|Syntax|Recoverable fatal|Catchable fatal) error:/, "error"],
  [/^(?:PHP )?Deprecated:/, "warn"],
  [/^(?:\(\w+:\d+\) )?(?:\[\w+\] )?(?:\S{1,200}:\d+: )?(?!Unhandled)[A-Z]\w{0,40}Warning: /, "warn"],
  [/^Traceback \(most recent call last\)/, "error"],
  [/^(?:Exception in thread |Unhandled |Uncaught |Unhandled exception\b)/, "error"],
  [/^\(node:\d+\) Unhandled/, "error"],
  [/^(?:Error|[A-Z]\w{2,60}(?:Error|Exception))(?::| \[|$)/, "error"],
  [/^(?:[a-z_]\w*\.){1,12}[A-Z][\w$]{0,80}(?:Error|Exception|Throwable)(?::|$)/, "error"],
  [/^\S{1,200}:\d+:in .{1,120}\(\w+(?:::\w+)*\)$/, "error"],
  [/^\[ *OK *\] /, "info"],
  [/^\[DEPEND\] /, "warn"],
];
const npm = /^npm (ERR!|error|WARN|warn|notice|info|http|timing|verb|silly|sill)(?= |$)/;

/**
 * The level a line gives itself. The head of the line decides: a level that a message quotes does not count.
 *
 * @param plain one line without escape sequences (see `toPlain`); its first {@link LEVEL_LOOK_MAX} characters are read
 * @returns `unknown` where the line names none
 */
export function detectLevel(plain: string): LogLevel {
  const text = plain.length > LEVEL_LOOK_MAX ? plain.slice(0, LEVEL_LOOK_MAX) : plain;
  const first = text.trimStart().charCodeAt(0);
  if (first === 0x7b /* { */) {
    const level = levelOfJson(text, text.indexOf("{"), text.length);
    if (level !== undefined) return level;
  }
  if (first === 0x3c /* < */) {
    const severity = /^<(\d{1,3})>/.exec(text)?.[1];
    if (severity !== undefined && Number(severity) < 192) return levelOfSyslog(Number(severity) & 7);
  }
  const short = klog.exec(text)?.[1];
  if (short) return levelOfWord(short);
  const sign = redis.exec(text)?.[1];
  if (sign) return redisLevels[sign] ?? "unknown";
  const ofNpm = npm.exec(text)?.[1];
  if (ofNpm) return levelOfWord(ofNpm.replace("!", ""));
  const head = text.length > HEAD_MAX ? text.slice(0, HEAD_MAX) : text;
  // None of them begins with a digit, as most lines with a time do.
  if (!(first >= 0x30 && first <= 0x39)) for (const [pattern, level] of heads) if (pattern.test(head)) return level;
  return walkHead(text);
}

/** Lines that go with the one above them whatever they say. */
const continues =
  /^(?:Caused by: |Suppressed: |Wrapped by: |\.\.\. \d+ (?:more|common frames)|#\d+ |Stack trace:|stack backtrace:|note: run with |goroutine \d+ \[|created by |\[signal SIG|--- End of |During handling of the above |The above exception |[\])}]+[;,]?$)/;
/** Additions of PostgreSQL to the message above, after the prefix of the line. */
const postgresAddition = /^[^"]{0,120}?\b(?:DETAIL|HINT|CONTEXT|STATEMENT|QUERY|LOCATION): {2}/;
const goFrame = /^[\w./*()-]+\.[\w.()*]+\(.{0,200}\)$/;
const javaException = /^(?:[a-z_]\w*\.){1,12}[A-Z][\w$]{0,80}(?:Error|Exception|Throwable)(?::|$)/;
const indentedHead = /^\s+(?:[A-Z]{4,8}(?=[\s:|\]])|\[[A-Z]{3,8}\])/;

/**
 * The level of a line after the line above it on the same stream: a continuation line (indented, empty, of a stack trace)
 * has the level of its head.
 *
 * @param plain one line without escape sequences
 * @param above what this function returned for the line before; `unknown` for the first
 */
export function levelAfter(plain: string, above: LogLevel): LogLevel {
  return isContinuation(plain, above) ? above : detectLevel(plain);
}

/** Whether a line belongs to the one above it. @param above the level of that one */
export function isContinuation(plain: string, above: LogLevel): boolean {
  const line = plain.length > HEAD_MAX ? plain.slice(0, HEAD_MAX) : plain;
  if (line.trim() === "") return true;
  const code = line.charCodeAt(0);
  if (code === 0x20 || code === 0x09) {
    // Some programs indent whole lines: those name their level at once, as no line of a stack trace does.
    return !indentedHead.test(line) || detectLevel(plain) === "unknown";
  }
  if (continues.test(line) || postgresAddition.test(line)) return true;
  if (above !== "warn" && above !== "error" && above !== "fatal") return false;
  return javaException.test(line) || (above === "fatal" && goFrame.test(line));
}

const separators = /[\s|:*=>·•│┃➤–—-]+/y;
const token = /[^\s|[\](){}<>"']+/y;
const leadingWord = /^([A-Za-z]{1,13}\d?)(?=$|[^\w.\-@$'])/;
const keyValue = /^([\w.@-]{1,40})=/;
const monologChannel = /^[\w-]{1,40}\.([A-Z]{4,9}):$/;
const timeLike = /^[+-]?\d[\d:.,/T+Z-]*(?:[AP]M)?[:,]?$/;
const calendar =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}[,:]?$|^[AP]M$|^(?:UTC|GMT|[A-Z]{2,4}T)$/;
const nameLike = /[._/#@:\\$\d-]|^[A-Z],$/;
/** Level words that are common in messages too: they need a mark of the head beside them. */
const weak = new Set(
  "LOG NOTE FINE CONFIG SUCCESS SYSTEM FAIL FAILED FAILURE STATEMENT DETAIL HTTP TIMING ALERT VERBOSE".split(" "),
);
/** Level words that are taken in small letters, before a colon. */
const spoken = new Set(
  "trace trce verbose silly debug dbug info information notice warn warning error err fail crit critical fatal panic alert emerg severe".split(
    " ",
  ),
);

interface Head {
  text: string;
  at: number;
  /** A time stood right before. */
  timed: boolean;
  /** Words that are neither name nor time: more than one makes it a message. */
  bare: number;
  /** Only `key=value` so far, after times. */
  fields: boolean;
}

/** Goes over times, names and brackets at the beginning of a line until a level or the message comes. */
function walkHead(text: string): LogLevel {
  const head: Head = { text, at: 0, timed: false, bare: 0, fields: false };
  while (head.at < (head.fields ? text.length : Math.min(text.length, HEAD_MAX))) {
    const from = head.at;
    separators.lastIndex = from;
    const gap = separators.exec(text)?.[0] ?? "";
    head.at += gap.length;
    const found = "[(<{".includes(text[head.at] ?? " ") ? readBracket(head) : readToken(head, gap);
    if (found !== "next") return found;
    if (head.at === from) return "unknown";
  }
  return "unknown";
}

const closers: Record<string, string> = { "[": "]", "(": ")", "<": ">", "{": "}" };
const bracketWord = /^\s*(?:[\w-]{1,40}:)?([A-Za-z]{3,13}\d?)\s*$/;

function readBracket(head: Head): LogLevel | "next" {
  const { text, at } = head;
  const opener = text[at] as string;
  if (opener === "{" && head.bare === 0 && /^\{\s*"/.test(text.slice(at, at + 20))) {
    const level = levelOfJson(text, at, text.length);
    if (level !== undefined) return level;
  }
  const end = text.indexOf(closers[opener] as string, at);
  if (end === -1 || end - at > BRACKET_MAX) return "unknown";
  const inside = text.slice(at + 1, end);
  head.at = end + 1;
  const word = bracketWord.exec(inside)?.[1];
  if (word !== undefined && levelOfWord(word) !== "unknown") return levelOfWord(word);
  for (const part of inside.split(/[\s:/,|]+/, 8)) {
    if (/^[A-Z]{3,13}$/.test(part) && !weak.has(part) && levelOfWord(part) !== "unknown") return levelOfWord(part);
  }
  head.timed ||= /\d\d:\d\d/.test(inside);
  return "next";
}

function readToken(head: Head, gap: string): LogLevel | "next" {
  const { text, at } = head;
  token.lastIndex = at;
  const part = token.exec(text)?.[0];
  if (part === undefined) return "unknown";
  const channel = monologChannel.exec(part)?.[1];
  if (channel !== undefined && levelOfWord(channel) !== "unknown") return levelOfWord(channel);
  const key = keyValue.exec(part)?.[1];
  if (key !== undefined) return readField(head, key);
  const word = leadingWord.exec(part)?.[1];
  const level = word === undefined ? "unknown" : levelOfWord(word);
  head.at = at + part.length;
  const after = text.slice(at + (word?.length ?? 0), at + (word?.length ?? 0) + 40);
  if (word !== undefined && level !== "unknown" && isHeadWord(head, { word, gap, after, isStart: at === 0 }))
    return level;
  if (timeLike.test(part)) head.timed ||= /\d[:-]\d/.test(part);
  else if (calendar.test(part) || (head.timed && /^[A-Z]{3,5}$/.test(part))) return "next";
  else if (nameLike.test(part) || "[(".includes(text[head.at] ?? " ") || /^\s*\|/.test(after))
    head.timed &&= part.endsWith(":");
  else if (++head.bare > 1) return "unknown";
  else head.timed = false;
  if (part.endsWith(",") && !/[\d,]{2}|^[A-Z],$/.test(part)) return "unknown";
  return "next";
}

interface Candidate {
  word: string;
  /** What stands between it and the part before it, and what follows. */
  gap: string;
  after: string;
  isStart: boolean;
}

/** Whether a level word at this place is the level of the line. */
function isHeadWord({ timed }: Head, { word, gap, after, isStart }: Candidate): boolean {
  if (word === word.toUpperCase() && word.length > 2) {
    return !weak.has(word) || timed || gap.includes("|") || /^\s?:/.test(after);
  }
  if (word.length === 1)
    return timed && word === word.toUpperCase() && /^\s+(?:\||[A-Z]{3,}\s|[\w.-]+\s*:)/.test(after);
  const lower = word.toLowerCase();
  if (!spoken.has(lower)) return false;
  if (/^ ?:(?:\s|$)/.test(after) || /^ [A-Z]{1,6}\d{1,6}:/.test(after) || /^\[[A-Z]\d{1,5}\]:/.test(after)) return true;
  return (timed && /^\s/.test(after)) || (isStart && /^\s{1,3}(?:- |[A-Z]\w)/.test(after));
}

/** A field of `key=value`; values in quotes may hold anything. */
function readField(head: Head, key: string): LogLevel | "next" {
  const { text, at } = head;
  const from = at + key.length + 1;
  const quote = text[from];
  let value: string;
  if (quote === '"' || quote === "'") {
    let end = from + 1;
    while (end < text.length && text[end] !== quote) end += text[end] === "\\" ? 2 : 1;
    value = text.slice(from + 1, end);
    head.at = Math.min(end + 1, text.length);
  } else {
    value = /\S*/y.exec(text.slice(from, from + 200))?.[0] ?? "";
    head.at = from + value.length;
    if (value.length === 200) while (head.at < text.length && !/\s/.test(text[head.at] as string)) head.at++;
  }
  if (head.bare === 0) head.fields = true;
  const isLevel = isLevelKey(key) || (key === "at" && value.length < 10);
  const level = isLevel && head.bare === 0 && value.length < 24 ? levelOfValue(value) : "unknown";
  return level === "unknown" ? "next" : level;
}
