export const logLevels = ["trace", "debug", "info", "warn", "error", "fatal", "unknown"] as const;
/** `unknown`: nothing in the line says what it is. */
export type LogLevel = (typeof logLevels)[number];

const wordsOf: Record<LogLevel, string> = {
  trace:
    "trace trc trac trce vrb ver vbs silly sill finest finer trace1 trace2 trace3 trace4 trace5 trace6 trace7 trace8",
  debug: "debug dbg debu dbug debug1 debug2 debug3 debug4 debug5 verbose verb fine config d d1 d2 d3 d4 d5",
  info: "info inf information informational notice note log system success http timing i n",
  warn: "warn wrn warning w",
  error: "error err erro eror severe fail failed failure e",
  fatal: "fatal ftl fata crit critical panic pnc pani emerg emergency alert dpanic f c",
  unknown: "",
};
const levelByWord = new Map(
  logLevels.flatMap((level) => wordsOf[level].split(" ").map((word): [string, LogLevel] => [word, level])),
);

/** The level a word names, in any case; `unknown` for any other word. Single letters count too. */
export const levelOfWord = (word: string): LogLevel => levelByWord.get(word.toLowerCase()) ?? "unknown";

const syslogLevels: readonly LogLevel[] = ["fatal", "fatal", "fatal", "error", "warn", "info", "info", "debug"];
/** @param severity 0 (emergency) to 7 (debug) */
export const levelOfSyslog = (severity: number): LogLevel => syslogLevels[severity] ?? "unknown";

/** A number as a level: syslog 0 to 7, pino and bunyan 10 to 60, Monolog 100 to 600. */
export function levelOfNumber(value: number): LogLevel {
  if (value < 8) return levelOfSyslog(value);
  if (value < 10 || !Number.isFinite(value)) return "unknown";
  if (value < 100) return logLevels[Math.min(Math.floor(value / 10) - 1, 5)] ?? "unknown";
  return (["debug", "info", "warn", "error"] as const)[Math.floor(value / 100) - 1] ?? "fatal";
}

/** The value of a level field: a word, a word with an offset as in `ERROR+2`, or a number in quotes. */
export function levelOfValue(value: string): LogLevel {
  const word = value.trim();
  if (/^\d{1,5}$/.test(word)) return levelOfNumber(Number(word));
  // .NET writes its lowest level this way; npm and winston have a `verbose` above debug.
  if (word === "Verbose") return "trace";
  return levelOfWord(word.replace(/[+-]\d{1,3}$/, ""));
}
