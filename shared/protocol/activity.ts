import { z } from "zod";
import { auditActorSchema } from "./account.ts";
import { jobId } from "./identifier.ts";
import { jobErrorSchema, jobStepSchema } from "./job.ts";
import { queryNumber } from "./query-number.ts";

/**
 * `refused`: nothing was done, because of the state of the target or of the request. `failed`: it was tried.
 * `interrupted`: the server ended first.
 */
export const activityStates = ["running", "succeeded", "failed", "refused", "cancelled", "interrupted"] as const;
export type ActivityState = (typeof activityStates)[number];

const time = z.iso.datetime();

/** One action of a person, a key or the server, as it is listed. */
export const activityEntrySchema = z.object({
  sequence: z.int().describe("Order of the starts; value of `before` for older entries."),
  id: z.string().describe("Also the id of its job, when it runs as one."),
  action: z.string().describe("Name of the action in the audit trail, such as `service:restart`."),
  kind: z.string().describe("Kind of its target, such as `service`, `stack` or `deployment`."),
  target: z.string().describe("Name of the target."),
  targetId: z.string().nullable().describe("How the request named the target; null when it named none."),
  actor: auditActorSchema,
  state: z.enum(activityStates),
  error: jobErrorSchema.nullable(),
  startedAt: time,
  finishedAt: time.nullable(),
  outputLines: z.int().describe("Lines of output, including those that are no longer stored."),
  outputBytes: z.int(),
  cancellable: z.boolean().describe("Whether the caller may end it now: `DELETE /api/jobs/:id`."),
  undoable: z.boolean().describe("Whether the caller may take it back now: `POST /api/activity/:id/undo`."),
});
export type ActivityEntry = z.infer<typeof activityEntrySchema>;

export const activityDetailSchema = activityEntrySchema.extend({
  requestId: z.string(),
  input: z
    .record(z.string(), z.unknown())
    .nullable()
    .describe("What the request asked for, with secrets masked. Null for callers who may not do the same."),
  steps: z.array(jobStepSchema),
});
export type ActivityDetail = z.infer<typeof activityDetailSchema>;

/** Lines of output that are not stored: of long output, the beginning and the end are. */
export const activityGapSchema = z.object({
  lines: z.int(),
  bytes: z.int(),
});
export type ActivityGap = z.infer<typeof activityGapSchema>;

/** A part of the output. Lines are text as the program wrote it: viewers remove control characters. */
export const activityOutputSchema = z.object({
  lines: z.array(z.string()),
  gapBefore: activityGapSchema.nullable().describe("What is missing before the first of these lines."),
  next: z.int().nullable().describe("Value of `after` for the following lines; null at the end of what is stored."),
});
export type ActivityOutput = z.infer<typeof activityOutputSchema>;

/** What could not be stored, while the disk is full or the file cannot be written. */
export const activityStorageSchema = z.object({
  degraded: z.boolean().describe("Whether new entries wait in memory because they cannot be stored."),
  lost: z.int().describe("Entries that were dropped since the start of the server."),
});
export type ActivityStorage = z.infer<typeof activityStorageSchema>;

/** `GET /api/activity`: newest first; `before` is the `sequence` that the previous page returned as `next`. */
export const activityQuery = z.strictObject({
  actor: z.string().min(1).max(128).optional(),
  action: z.string().min(1).max(64).optional(),
  kind: z.string().min(1).max(64).optional(),
  target: z.string().min(1).max(512).optional(),
  state: z.enum(activityStates).optional(),
  text: z.string().min(1).max(200).optional(),
  since: z.iso.datetime({ offset: true }).optional(),
  until: z.iso.datetime({ offset: true }).optional(),
  before: queryNumber(1).optional(),
  limit: queryNumber(1, 200).default(50),
});
export type ActivityQuery = z.output<typeof activityQuery>;

export const activityParams = z.object({ id: jobId });

/** `after`: what the previous page returned as `next`. */
export const activityOutputQuery = z.strictObject({ after: queryNumber(0).optional() });
