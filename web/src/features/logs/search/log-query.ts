import { instantOf, toIso } from "../../../lib/time-range.ts";
import type { LogStream } from "../live/log-entry.ts";
import type { StoredQuery } from "../stored/log-history.ts";
import type { LinePattern } from "./line-pattern.ts";
import { everything, type LogFilter } from "./log-filter.ts";
import { type LevelChoice, levelsOf } from "./log-level-choice.ts";

export type StreamChoice = "all" | LogStream;

/** The search and filters of a log view. */
export interface LogQuery {
  text: string;
  /** The text is a regular expression. */
  regex: boolean;
  /** Lines that do not match are left out; else matches are only marked. */
  only: boolean;
  level: LevelChoice;
  stream: StreamChoice;
  /** ISO 8601, or an age such as `1h`; inclusive. */
  since?: string | undefined;
  /** ISO 8601, inclusive. */
  until?: string | undefined;
}

export const noQuery: LogQuery = { text: "", regex: false, only: false, level: "all", stream: "all" };

/** What lines in the page have to pass. */
export const toFilter = (query: LogQuery, pattern: LinePattern | undefined): LogFilter => ({
  levels: levelsOf(query.level),
  streams: query.stream === "all" ? everything.streams : new Set([query.stream]),
  ...(query.only && pattern && { pattern }),
  ...(query.since !== undefined && { since: instantOf(query.since) }),
});

/** The same for those the server keeps. `matching`: only lines with the text, whatever is shown. */
export const toStoredQuery = (query: LogQuery, matching = query.only): StoredQuery => ({
  ...(matching && query.text !== "" && (query.regex ? { regex: query.text } : { text: query.text })),
  ...(query.level !== "all" && { levels: levelsOf(query.level) }),
  ...(query.stream !== "all" && { stream: query.stream }),
  since: toIso(query.since),
  until: query.until,
});

/** The query as parameters of the API. */
export function toParameters(query: StoredQuery): [name: string, value: string][] {
  const parameters: [string, string | undefined][] = [
    ["q", query.text],
    ["regex", query.regex],
    ["stream", query.stream],
    ["since", query.since],
    ["until", query.until],
    ...(query.levels ? [...query.levels].map((level): [string, string] => ["level", level]) : []),
  ];
  return parameters.filter((parameter): parameter is [string, string] => parameter[1] !== undefined);
}
