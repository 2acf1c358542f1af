import { z } from "zod";
import { type LogLevel, logLevels } from "../logs/log-levels.ts";
import { containerRef, deploymentId, opaqueId } from "./identifier.ts";
import { queryNumber } from "./query-number.ts";

export { type LogLevel, logLevels };
export const logStreams = ["stdout", "stderr"] as const;
export type LogStream = (typeof logStreams)[number];
/** What wrote a log: a container, the PM2 processes of one deployment, or an MCP server. */
export const logSourceKinds = ["container", "process", "mcp"] as const;
export type LogSourceKind = (typeof logSourceKinds)[number];

const lineTime = z.string().describe("RFC 3339 in UTC with nine digits: such times sort as text.");

export const LOG_PAGE_MAX = 1_000;
export const LOG_CONTEXT_MAX = 500;
export const LOG_BUCKETS_MAX = 200;
/** Longest text or pattern of a search, in characters. */
export const LOG_PATTERN_MAX = 1_000;

/** A query parameter that can occur any number of times; the output is an array. */
const repeated = <Item extends z.ZodType>(item: Item, max: number) =>
  z
    .union([z.array(item).max(max), item.transform((value) => [value])])
    .optional()
    .default([] as never);

/** Opaque position between two lines, from an earlier response. */
export const logCursor = z
  .string()
  .min(1)
  .max(100)
  .regex(/^[a-z0-9.]+$/, "must be a cursor from an earlier answer");

/** Permanent id of a line, for links. */
export const logLineId = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[a-z0-9]+-[a-z0-9]+-[a-z0-9]+$/, "must be the id of a line");

const instant = z.iso.datetime({ offset: true });

/**
 * Filter of lines: all given conditions must hold. Times are inclusive, to the microsecond: `until` without a fraction
 * of a millisecond means the whole millisecond.
 */
export const logFilter = z.strictObject({
  /** Names of containers. Without a name of any kind: all logs that the caller can see. */
  container: repeated(containerRef, 200),
  /** Ids of deployments: PM2 processes. */
  process: repeated(deploymentId, 200),
  /** Ids of MCP servers. */
  mcp: repeated(opaqueId, 200),
  /** Where no log is named: kinds of logs. Default: all. */
  kind: repeated(z.enum(logSourceKinds), logSourceKinds.length),
  since: instant.optional(),
  until: instant.optional(),
  /** Text found anywhere in a line, ignoring case and terminal escape sequences. */
  q: z.string().min(1).max(LOG_PATTERN_MAX).optional(),
  /** RE2 syntax; `(?i)` ignores case. */
  regex: z.string().min(1).max(LOG_PATTERN_MAX).optional(),
  level: repeated(z.enum(logLevels), logLevels.length),
  stream: z.enum(logStreams).optional(),
});
export type LogFilter = z.output<typeof logFilter>;

/** `GET /api/logs`. */
export const logSearchQuery = logFilter.extend({
  limit: queryNumber(1, LOG_PAGE_MAX).default(200),
  /** `older` of an earlier response: returns the lines right before it. */
  before: logCursor.optional(),
  /** `newer` of an earlier response: returns the lines right after it. */
  after: logCursor.optional(),
  /** Order of the lines. Without a cursor, `desc` returns the newest lines and `asc` the oldest. */
  order: z.enum(["desc", "asc"]).default("desc"),
});
export type LogSearchQuery = z.output<typeof logSearchQuery>;

/** `GET /api/logs/:id/around`: lines of the same log. */
export const logAroundQuery = z.strictObject({
  before: queryNumber(0, LOG_CONTEXT_MAX).default(50),
  after: queryNumber(0, LOG_CONTEXT_MAX).default(50),
});

/** `GET /api/logs/download`: all matching lines, oldest first. */
export const logDownloadQuery = logFilter.extend({
  format: z.enum(["text", "ndjson"]).default("text"),
  /** In text: starts each line with its time, and with the name of its log when there are several. */
  times: z.stringbool().default(false),
});

/** `GET /api/logs/histogram`. */
export const logHistogramQuery = logFilter.extend({
  buckets: queryNumber(1, LOG_BUCKETS_MAX).default(100),
});

const sourceKind = z.enum(logSourceKinds).describe("What wrote the log.");
const sourceName = z
  .string()
  .describe("Name of the container when it wrote the line; id of the deployment; id of the MCP server.");
const sourceId = z.string().describe("Id of the container; of others, their kind and name.");

/** One line of the log history. */
export const storedLogLineSchema = z.object({
  id: z.string(),
  kind: sourceKind,
  container: sourceName,
  containerId: sourceId,
  time: lineTime,
  approximate: z
    .boolean()
    .optional()
    .describe("True: the log notes no time of this line. `time` is when it was read, or its file last changed."),
  instance: z.int().optional().describe("PM2's number of the process, where it is known."),
  stream: z.enum(logStreams),
  level: z.enum(logLevels),
  text: z.string().describe("As written, without the line end: untrusted text, escape sequences included."),
  run: z.int().describe("Number of the start, from 1."),
});
export type StoredLogLine = z.infer<typeof storedLogLineSchema>;

const markKind = z
  .enum(["begin", "started", "exited", "replaced", "removed", "gap"])
  .describe(
    "`begin`: before the first stored line of a log; `started`, `exited`: of a run; `replaced`: another container has the name from here; `removed`: the container or process was removed; `gap`: lines are missing, see `reason`.",
  );
export type StoredLogEventKind = z.infer<typeof markKind>;

const gapReason = z
  .enum(["rotated", "truncated", "expired", "first_start", "source_lost", "unreadable"])
  .describe(
    "`rotated`, `truncated`: no longer at the Engine or in the log file; `expired`: dropped by age or size; `first_start`: older than the limit of a first start; `source_lost`: not read before the container was removed, or while the Engine was away; `unreadable`: the Engine cannot read a damaged part, or the log file cannot be opened.",
  );
export type LogGapReason = z.infer<typeof gapReason>;

/** An event between two lines: before the lines of its time, and after all older lines. */
export const storedLogEventSchema = z.object({
  kind: markKind,
  source: sourceKind,
  container: sourceName,
  containerId: sourceId,
  time: lineTime,
  run: z.int(),
  exitCode: z.int().optional(),
  unknownEnds: z.int().optional().describe("With `exited`: number of runs that ended here with unknown exit codes."),
  reason: gapReason.optional(),
});
export type StoredLogEvent = z.infer<typeof storedLogEventSchema>;

const older = z.string().nullable().describe("Value of `before` for older lines; null when there are none.");
const newer = z
  .string()
  .nullable()
  .describe("Value of `after` for newer lines, including future ones; null when nothing is stored yet.");

export const logSearchAnswer = z.object({
  lines: z.array(storedLogLineSchema).describe("In the requested order."),
  marks: z
    .array(storedLogEventSchema)
    .describe("Events of the requested containers within this page, in the same order."),
  older,
  newer,
  complete: z
    .boolean()
    .describe("False: the time limit ended the search before the page was full. Continue with the cursor."),
  scanned: z.int().describe("Number of lines searched."),
  reached: lineTime
    .nullable()
    .describe("Time the search reached, in the requested direction; null when it searched all."),
});
export type LogSearchAnswer = z.infer<typeof logSearchAnswer>;

export const logAroundAnswer = z.object({
  lines: z.array(storedLogLineSchema).describe("Oldest first."),
  marks: z.array(storedLogEventSchema),
  id: z.string().describe("The requested line."),
  older,
  newer,
  place: z
    .object({ before: z.string(), from: z.string() })
    .describe(
      "The place of the requested line in every search: with `before` as `before` come the lines before it; with `from` as `after` come the line itself and those after it.",
    ),
});
export type LogAroundAnswer = z.infer<typeof logAroundAnswer>;

export const logBucketSchema = z.object({
  time: z.iso.datetime().describe("Start of the bucket."),
  counts: z.partialRecord(z.enum(logLevels), z.int()).describe("Lines of each level; levels without lines are absent."),
});
export type LogBucket = z.infer<typeof logBucketSchema>;

export const logHistogramAnswer = z.object({
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  bucketMs: z.int(),
  buckets: z.array(logBucketSchema).describe("All of the period in order, including empty ones."),
  marks: z
    .array(storedLogEventSchema)
    .describe("Events of the requested containers within the period, newest first: at most the newest 300."),
  total: z.int().describe("Number of lines counted."),
  complete: z.boolean().describe("False: the time limit ended the count; lines older than `reached` are not counted."),
  reached: lineTime.nullable(),
});
export type LogHistogramAnswer = z.infer<typeof logHistogramAnswer>;

const collection = z
  .enum(["following", "idle", "off", "unreadable", "gone"])
  .describe(
    "`idle`: it does not run; `off`: by the label `ai-desktop.logs=off`; `unreadable`: its log driver stores nothing, or its log files cannot be read; `gone`: it was removed.",
  );
export type LogCollection = z.infer<typeof collection>;

/** Stored lines of one name. Successive containers of the name are listed in it, newest first. */
export const storedContainerSchema = z.object({
  kind: sourceKind,
  name: sourceName,
  containers: z.array(
    z.object({
      id: z.string(),
      firstTime: lineTime.nullable(),
      lastTime: lineTime.nullable(),
      lines: z.int(),
      removed: z.boolean(),
    }),
  ),
  firstTime: lineTime.nullable(),
  lastTime: lineTime.nullable(),
  lines: z.int(),
  bytes: z.int().describe("Bytes of text."),
  removed: z.boolean().describe("Nothing has the name now."),
  collection,
  note: z.string().optional().describe("Why lines are missing, as a sentence."),
});
export type StoredContainer = z.infer<typeof storedContainerSchema>;

export const logBudgetSchema = z.object({
  bytesUsed: z.int().describe("Bytes on the disk."),
  bytesLimit: z.int(),
  daysLimit: z.number(),
  oldest: lineTime.nullable().describe("Time of the oldest stored line."),
  lines: z.int(),
  linesDropped: z.int().describe("Lines dropped so far to keep the budget."),
});
export type LogBudget = z.infer<typeof logBudgetSchema>;

/** `GET /api/logs/containers`. */
export const logContainersAnswer = z.object({
  state: z
    .enum(["collecting", "paused", "off"])
    .describe("`paused`: see `reason` (disk full, no Engine); `off`: by configuration."),
  reason: z.string().nullable(),
  containers: z.array(storedContainerSchema),
  processes: z.array(storedContainerSchema).describe("PM2 processes, by the id of their deployment."),
  mcp: z.array(storedContainerSchema).describe("MCP servers."),
  budget: logBudgetSchema.nullable().describe("Null for callers who see only some logs."),
});
export type LogContainersAnswer = z.infer<typeof logContainersAnswer>;
