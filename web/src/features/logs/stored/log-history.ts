import type { LogLevel } from "../../../../../shared/logs/log-levels.ts";
import type { LogSearchAnswer } from "../../../../../shared/protocol/log-search.ts";
import type { LogStream } from "../live/log-entry.ts";

/** Which stored lines: as the reader chose them. */
export interface StoredQuery {
  text?: string | undefined;
  regex?: string | undefined;
  /** Absent: all. */
  levels?: ReadonlySet<LogLevel> | undefined;
  stream?: LogStream | undefined;
  /** ISO 8601, inclusive. */
  since?: string | undefined;
  until?: string | undefined;
}

export interface StoredPlace {
  /** Cursors of earlier answers. */
  before?: string | undefined;
  after?: string | undefined;
  /** Without a cursor: from which end. Answers are in this order. */
  order: "asc" | "desc";
  limit: number;
}

/** Where a stored line is in every search. */
export interface LinePlace {
  /** As stored. */
  time: string;
  /** Cursor of the lines before it. */
  before: string;
  /** Cursor of the line itself and those after it. */
  from: string;
  /** Cursor of the lines after it. */
  after: string;
}

/** The log history of the containers of a view. */
export interface LogHistory {
  search(query: StoredQuery, place: StoredPlace, signal: AbortSignal): Promise<LogSearchAnswer>;
  /** Where a line is, by its id; undefined when it is no longer held. */
  placeOf(id: string, signal: AbortSignal): Promise<LinePlace | undefined>;
  /** Whether each container's lines are stored up to the time given for it: keeping lags behind the streams. */
  reaches(needs: readonly StoredNeed[], signal: AbortSignal): Promise<boolean>;
}

/** A line of a stream that has to be stored before those before it can be read. */
export interface StoredNeed {
  /** Undefined where the view is of one container. */
  container: string | undefined;
  /** Milliseconds since 1970. */
  at: number;
}
