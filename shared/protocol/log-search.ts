import { z } from "zod";
import { type LogLevel, logLevels } from "../logs/log-levels.ts";
import { containerRef } from "./identifier.ts";
import { queryNumber } from "./query-number.ts";

/** What kept lines are looked for by, and what is answered; `/api/logs`. */

export { type LogLevel, logLevels };
export const logStreams = ["stdout", "stderr"] as const;
export type LogStream = (typeof logStreams)[number];

export const LOG_PAGE_MAX = 1_000;
export const LOG_CONTEXT_MAX = 500;
export const LOG_BUCKETS_MAX = 200;
/** Longest text or pattern that is searched for, in characters. */
export const LOG_PATTERN_MAX = 1_000;

/** A query parameter that may be given once, several times, or not at all. */
const repeated = <Item extends z.ZodType>(item: Item, max: number) =>
  z
    .union([z.array(item).max(max), item.transform((one) => [one])])
    .optional()
    .default([] as never);

/** Place between two lines, from an earlier answer: given back unchanged. */
export const logCursor = z
  .string()
  .min(1)
  .max(100)
  .regex(/^[a-z0-9.]+$/, "must be a cursor from an earlier answer");

/** Names a line for good; it works in links. */
export const logLineId = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[a-z0-9]+-[a-z0-9]+-[a-z0-9]+$/, "must be the id of a line");

const instant = z.iso.datetime({ offset: true });

/** Which lines: all that are given must hold. Times are inclusive. */
export const logFilter = z.strictObject({
  /** Names of containers; all that the caller sees when absent. */
  container: repeated(containerRef, 200),
  since: instant.optional(),
  until: instant.optional(),
  /** Found anywhere in a line, whatever its case; escape sequences of terminals do not count. */
  q: z.string().min(1).max(LOG_PATTERN_MAX).optional(),
  /** RE2 syntax; `(?i)` for any case. */
  regex: z.string().min(1).max(LOG_PATTERN_MAX).optional(),
  level: repeated(z.enum(logLevels), logLevels.length),
  stream: z.enum(logStreams).optional(),
});
export type LogFilter = z.output<typeof logFilter>;

/** `GET /api/logs`. */
export const logSearchQuery = logFilter.extend({
  limit: queryNumber(1, LOG_PAGE_MAX).default(200),
  /** `older` of an earlier answer: the lines next before it. */
  before: logCursor.optional(),
  /** `newer` of an earlier answer: the lines next after it. */
  after: logCursor.optional(),
  /** Of the answer. Without a cursor also which end is read: `desc` the newest lines, `asc` the oldest. */
  order: z.enum(["desc", "asc"]).default("desc"),
});
export type LogSearchQuery = z.output<typeof logSearchQuery>;

/** `GET /api/logs/:id/around`: lines of the same container. */
export const logAroundQuery = z.strictObject({
  before: queryNumber(0, LOG_CONTEXT_MAX).default(50),
  after: queryNumber(0, LOG_CONTEXT_MAX).default(50),
});

/** `GET /api/logs/download`: everything that fits, oldest first. */
export const logDownloadQuery = logFilter.extend({
  format: z.enum(["text", "ndjson"]).default("text"),
  /** In text: each line begins with its time, and with its container where there are several. */
  times: z.stringbool().default(false),
});

/** `GET /api/logs/histogram`. */
export const logHistogramQuery = logFilter.extend({
  buckets: queryNumber(1, LOG_BUCKETS_MAX).default(100),
});

export interface KeptLine {
  id: string;
  /** Name it had when it wrote the line. */
  container: string;
  containerId: string;
  /** RFC 3339 in UTC with nine digits: such times order as text. */
  time: string;
  stream: LogStream;
  level: LogLevel;
  /** As written, without the line end: hostile text, with its escape sequences. */
  text: string;
  /** Counts the starts of a container seen so far, from 1. */
  run: number;
}

/**
 * - `begin`: the first line that is kept of a container
 * - `started`: a run begins; `exited`: it ends, with its exit code where known
 * - `replaced`: another container bears the name from here
 * - `removed`: the container is gone
 * - `gap`: lines are missing, `reason` says why
 */
export type LogMarkKind = "begin" | "started" | "exited" | "replaced" | "removed" | "gap";

/** `rotated`, `truncated`: the Engine no longer held them. `expired`: dropped by age or size. `first_start`: older than what a first start takes. `unreadable`: the Engine cannot read a damaged part. */
export type LogGapReason = "rotated" | "truncated" | "expired" | "first_start" | "source_lost" | "unreadable";

/** Something between two lines; it stands before the lines of its time and after all older ones. */
export interface LogMark {
  kind: LogMarkKind;
  container: string;
  containerId: string;
  /** As a line's. */
  time: string;
  run: number;
  exitCode?: number;
  /** Of `exited`: so many runs ended here, and their exit codes are unknown. */
  unknownEnds?: number;
  reason?: LogGapReason;
}

export interface LogSearchAnswer {
  /** In the order asked for. */
  lines: KeptLine[];
  /** Between and beside the lines of this page, of the containers asked for, in the same order. */
  marks: LogMark[];
  /** Give it back as `before` for older lines. Null: there are none. */
  older: string | null;
  /** Give it back as `after` for newer lines, those still to come included. Null: nothing is kept yet. */
  newer: string | null;
  /**
   * False: the time of a request was used up before the page was full; lines may be none. Go on with the cursor of the
   * same direction.
   */
  complete: boolean;
  /** Lines looked at. */
  scanned: number;
  /** Time up to which was looked, in the direction asked for; null when all was. */
  reached: string | null;
}

export interface LogAroundAnswer {
  /** Oldest first. */
  lines: KeptLine[];
  marks: LogMark[];
  /** The line asked for. */
  id: string;
  /** Cursors of `GET /api/logs?container=<its container>`. */
  older: string | null;
  newer: string | null;
}

export interface LogBucket {
  /** ISO 8601: begin of the bucket. */
  time: string;
  /** Levels without a line are left out. */
  counts: Partial<Record<LogLevel, number>>;
}

export interface LogHistogramAnswer {
  /** Span of the whole, ISO 8601; all its buckets in order, empty ones too. */
  from: string;
  to: string;
  bucketMs: number;
  buckets: LogBucket[];
  /** Lines counted. */
  total: number;
  /** False: the time of a request was used up; what is older than `reached` was not counted. */
  complete: boolean;
  reached: string | null;
}

/**
 * What is done with a container's log: `following` it, `idle` while it does not run, `off` by its label
 * `ai-desktop.logs=off`, `unreadable` (its driver keeps nothing), `gone` with the container.
 */
export type LogCollection = "following" | "idle" | "off" | "unreadable" | "gone";

/** One name; containers that bore it one after the other are listed in it, newest first. */
export interface KeptContainer {
  name: string;
  containers: { id: string; firstTime: string | null; lastTime: string | null; lines: number; removed: boolean }[];
  firstTime: string | null;
  lastTime: string | null;
  lines: number;
  /** Bytes of text. */
  bytes: number;
  /** No container has the name now. */
  removed: boolean;
  collection: LogCollection;
}

export interface LogBudget {
  /** Bytes on the disk. */
  bytesUsed: number;
  bytesLimit: number;
  daysLimit: number;
  /** Time of the oldest line that is kept. */
  oldest: string | null;
  lines: number;
  /** Lines given up so far to keep the budget. */
  linesDropped: number;
}

/** `GET /api/logs/containers`. */
export interface LogContainersAnswer {
  /** `collecting`; `paused`, `reason` says why (disk full, no Engine); `off` by configuration. */
  state: "collecting" | "paused" | "off";
  reason: string | null;
  containers: KeptContainer[];
  /** Null for those who see only some containers. */
  budget: LogBudget | null;
}
