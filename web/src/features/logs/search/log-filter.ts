import { type LogLevel, logLevels } from "../../../../../shared/logs/log-levels.ts";
import { plainText } from "../../../lib/terminal-text.ts";
import type { LogEntry, LogStream } from "../live/log-entry.ts";
import type { LinePattern } from "./line-pattern.ts";

export interface LogFilter {
  levels: ReadonlySet<LogLevel>;
  streams: ReadonlySet<LogStream>;
  /** Lines without it are not shown. */
  pattern?: LinePattern | undefined;
  /** Milliseconds since 1970, inclusive. */
  since?: number | undefined;
}

export const everything: LogFilter = { levels: new Set(logLevels), streams: new Set(["stdout", "stderr"]) };

/**
 * A search leaves out what happened between the lines unless it matches. Lines that could not be read are always told
 * of: a gap that is filtered away would be a silent one.
 */
export const passes = (filter: LogFilter, entry: LogEntry): boolean =>
  (filter.since === undefined || entry.at >= filter.since) &&
  (entry.kind === "notice"
    ? filter.pattern === undefined || entry.gap === true || filter.pattern.test(entry.text)
    : filter.levels.has(entry.level) &&
      filter.streams.has(entry.stream) &&
      (filter.pattern === undefined || filter.pattern.test(plainText(entry.text))));

export const holds = (entry: LogEntry, pattern: LinePattern): boolean =>
  entry.kind === "line" && pattern.test(plainText(entry.text));

const sameSet = <T>(left: ReadonlySet<T>, right: ReadonlySet<T>): boolean =>
  left.size === right.size && [...left].every((item) => right.has(item));

export const sameFilter = (left: LogFilter, right: LogFilter): boolean =>
  left.pattern === right.pattern &&
  left.since === right.since &&
  sameSet(left.levels, right.levels) &&
  sameSet(left.streams, right.streams);
