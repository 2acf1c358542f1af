export const logLevels = ["error", "warn", "info", "debug", "none"] as const;
/** `none`: the line names no level. `error` takes in fatal and panic, `debug` takes in trace. */
export type LogLevel = (typeof logLevels)[number];

const words: Record<string, LogLevel> = {
  fatal: "error",
  critical: "error",
  crit: "error",
  alert: "error",
  emerg: "error",
  panic: "error",
  error: "error",
  err: "error",
  severe: "error",
  warning: "warn",
  warn: "warn",
  notice: "info",
  info: "info",
  information: "info",
  log: "info",
  debug: "debug",
  dbug: "debug",
  trace: "debug",
  verbose: "debug",
  silly: "debug",
};

/** A level stands near the start of a line; what comes later is the message. */
const HEAD = 160;

const field = /["']?(?:level|lvl|severity|log\.level|levelname)["']?\s*[=:]\s*["']?([A-Za-z]+|\d{1,2})/i;
const upper =
  /(?:^|[\s[(<|:*])(FATAL|CRITICAL|CRIT|ALERT|EMERG|PANIC|ERROR|ERR|SEVERE|WARNING|WARN|NOTICE|INFO|DEBUG|TRACE|VERBOSE)(?=$|[\s\])>|:*,])/;
const bracketed =
  /[[<(]\s*(fatal|critical|crit|alert|emerg|panic|error|err|warning|warn|notice|info|debug|trace)\s*[\])>]/i;
const leading = /^(fatal|panic|error|warning|warn|info|debug|trace)(?: error)?:/i;
const klog = /^([IWEF])\d{4} \d{2}:/;

/** The numbers of pino and bunyan. */
function fromNumber(value: number): LogLevel {
  if (value >= 50) return "error";
  if (value >= 40) return "warn";
  if (value >= 30) return "info";
  return value >= 10 ? "debug" : "none";
}

/** The level a line names for itself, whatever its stream; colourless text expected. */
export function levelOf(text: string): LogLevel {
  const named = field.exec(text.length > 2_000 ? text.slice(0, 2_000) : text)?.[1];
  if (named) {
    const level = /^\d/.test(named) ? fromNumber(Number(named)) : words[named.toLowerCase()];
    if (level) return level;
  }
  const head = text.slice(0, HEAD);
  const short = klog.exec(head)?.[1];
  if (short) return short === "I" ? "info" : short === "W" ? "warn" : "error";
  const word = upper.exec(head)?.[1] ?? bracketed.exec(head)?.[1] ?? leading.exec(head)?.[1];
  return (word && words[word.toLowerCase()]) || "none";
}
