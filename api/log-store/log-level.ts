import { type LogLevel, logLevels } from "../../shared/protocol/log-search.ts";

/** A level as it is stored: its place in {@link logLevels}. */
export type LevelIndex = number;

const indexOf = (level: LogLevel): LevelIndex => logLevels.indexOf(level);
export const UNKNOWN_LEVEL: LevelIndex = indexOf("unknown");

const words: Record<LogLevel, string> = {
  trace: "trace trc verbose silly finest finer",
  debug: "debug dbg debug1 debug2 debug3 debug4 debug5 fine",
  info: "info inf information informational notice log statement detail",
  warn: "warn wrn warning",
  error: "error err eror severe fail failed failure",
  fatal: "fatal ftl crit critical panic emerg emergency alert dpanic",
  unknown: "",
};
const levelOfWord = new Map<string, LevelIndex>(
  logLevels.flatMap((level) => words[level].split(" ").map((word): [string, LevelIndex] => [word, indexOf(level)])),
);

/** Characters of a line that are looked at: a level stands near the beginning, or among the first fields of an object. */
const LOOK_MAX = 2_000;
const PREFIX_MAX = 160;

const jsonField =
  /"(?:level|severity|lvl|log\.level|loglevel|levelname|severity_text|@l)"\s*:\s*(?:"([^"]{1,20})"|(\d{1,2})\b)/i;
const logfmtField = /(?:^|\s)(?:level|lvl|severity|loglevel)=["']?([a-z]{3,13})\b/i;
/** klog and glog: `E0521 10:00:00.000000`. */
const klogPrefix = /^([IWEF])\d{4} \d\d:\d\d:\d\d/;
const klogLevels: Record<string, LevelIndex> = {
  I: indexOf("info"),
  W: indexOf("warn"),
  E: indexOf("error"),
  F: indexOf("fatal"),
};
/** A word in capitals that stands by itself, or any in brackets or before a colon. */
const capitals =
  /(?:^|[\s[(<|:"])(TRACE|VERBOSE|DEBUG|DEBUG[1-5]|INFO|NOTICE|LOG|WARN|WARNING|ERROR|ERR|SEVERE|FATAL|CRIT|CRITICAL|PANIC|EMERG|ALERT)(?=[\s\])>|:,;"!]|$)/;
const bracketed = /[[(<](trace|debug|info|notice|warn|warning|error|err|fatal|crit|critical|panic|emerg|alert)[\])>]/i;
const colon = /^(?:\S{1,40}\s){0,4}?(trace|debug|info|notice|warn|warning|error|fatal|critical|panic)\s?:/i;
const failure =
  /^(?:Traceback \(most recent call last\)|Exception in thread |Unhandled |Uncaught |[A-Z]\w{2,40}(?:Error|Exception)\b)/;

/** The level a line gives itself, by the ways programs commonly write it. @param plain without escape sequences */
export function detectLevel(plain: string): LevelIndex {
  const text = plain.length > LOOK_MAX ? plain.slice(0, LOOK_MAX) : plain;
  const first = text.charCodeAt(0);
  if (first === 0x7b /* { */ || text.includes('{"')) {
    const [match, word, number] = jsonField.exec(text) ?? [];
    if (match !== undefined) return word === undefined ? numericLevel(Number(number)) : wordLevel(word);
  }
  const klog = klogPrefix.exec(text);
  if (klog) return klogLevels[klog[1] ?? ""] ?? UNKNOWN_LEVEL;
  const field = logfmtField.exec(text);
  if (field) return wordLevel(field[1] ?? "");
  const prefix = text.length > PREFIX_MAX ? text.slice(0, PREFIX_MAX) : text;
  const found = capitals.exec(prefix) ?? bracketed.exec(prefix) ?? colon.exec(prefix);
  if (found) return wordLevel(found[1] ?? "");
  return failure.test(prefix) ? indexOf("error") : UNKNOWN_LEVEL;
}

const wordLevel = (word: string): LevelIndex => {
  const lower = word.toLowerCase();
  return levelOfWord.get(lower) ?? (/^\d+$/.test(lower) ? numericLevel(Number(lower)) : UNKNOWN_LEVEL);
};

/** pino and bunyan count in tens upwards, syslog from 7 down to 0. */
function numericLevel(number: number): LevelIndex {
  if (number >= 10) return Math.min(Math.floor(number / 10) - 1, indexOf("fatal"));
  const syslog: LogLevel[] = ["fatal", "fatal", "fatal", "error", "warn", "info", "info", "debug"];
  return indexOf(syslog[number] ?? "unknown");
}
