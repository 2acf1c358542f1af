import { z } from "zod";
import {
  type KeptContainer,
  type KeptLine,
  type LogAroundAnswer,
  type LogBucket,
  type LogBudget,
  type LogContainersAnswer,
  type LogHistogramAnswer,
  type LogLevel,
  type LogMark,
  type LogSearchAnswer,
  logLevels,
  logStreams,
} from "../../shared/protocol/log-search.ts";

const lineTime = z.string().describe("RFC 3339 in UTC with nine digits.");

export const keptLineSchema = z.object({
  id: z.string(),
  container: z.string().describe("Name it had when it wrote the line."),
  containerId: z.string(),
  time: lineTime,
  stream: z.enum(logStreams),
  level: z.enum(logLevels),
  text: z.string().describe("As written, without the line end."),
  run: z.int().describe("Counts the starts of a container, from 1."),
}) satisfies z.ZodType<KeptLine>;

export const logMarkSchema = z.object({
  kind: z.enum(["begin", "started", "exited", "replaced", "removed", "gap"]),
  container: z.string(),
  containerId: z.string(),
  time: lineTime,
  run: z.int(),
  exitCode: z.int().optional(),
  unknownEnds: z.int().optional().describe("Of `exited`: so many runs ended here, with unknown exit codes."),
  reason: z.enum(["rotated", "truncated", "expired", "first_start", "source_lost", "unreadable"]).optional(),
}) satisfies z.ZodType<LogMark>;

const older = z.string().nullable().describe("Give it back as `before` for older lines.");
const newer = z.string().nullable().describe("Give it back as `after` for newer lines.");

export const logSearchAnswer = {
  lines: z.array(keptLineSchema),
  marks: z.array(logMarkSchema),
  older,
  newer,
  complete: z.boolean().describe("False: time was used up; go on with the cursor."),
  scanned: z.int().describe("Lines looked at."),
  reached: lineTime.nullable().describe("Time up to which was looked; null when all was."),
} satisfies { [Key in keyof LogSearchAnswer]: z.ZodType<LogSearchAnswer[Key]> };

export const logAroundAnswer = {
  lines: z.array(keptLineSchema),
  marks: z.array(logMarkSchema),
  id: z.string(),
  older,
  newer,
} satisfies { [Key in keyof LogAroundAnswer]: z.ZodType<LogAroundAnswer[Key]> };

const counts = z.partialRecord(z.enum(logLevels), z.int()) satisfies z.ZodType<Partial<Record<LogLevel, number>>>;
const bucket = z.object({ time: z.iso.datetime(), counts }) satisfies z.ZodType<LogBucket>;

export const logHistogramAnswer = {
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  bucketMs: z.int(),
  buckets: z.array(bucket),
  total: z.int(),
  complete: z.boolean(),
  reached: lineTime.nullable(),
} satisfies { [Key in keyof LogHistogramAnswer]: z.ZodType<LogHistogramAnswer[Key]> };

const keptContainer = z.object({
  name: z.string(),
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
  bytes: z.int(),
  removed: z.boolean(),
  collection: z.enum(["following", "idle", "off", "unreadable", "gone"]),
}) satisfies z.ZodType<KeptContainer>;

const budget = z.object({
  bytesUsed: z.int(),
  bytesLimit: z.int(),
  daysLimit: z.number(),
  oldest: lineTime.nullable(),
  lines: z.int(),
  linesDropped: z.int(),
}) satisfies z.ZodType<LogBudget>;

export const logContainersAnswer = {
  state: z.enum(["collecting", "paused", "off"]),
  reason: z.string().nullable(),
  containers: z.array(keptContainer),
  budget: budget.nullable().describe("Null for those who see only some containers."),
} satisfies { [Key in keyof LogContainersAnswer]: z.ZodType<LogContainersAnswer[Key]> };
