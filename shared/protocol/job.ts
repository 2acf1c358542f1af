import { z } from "zod";
import type { Principal } from "./access.ts";
import { jobId } from "./identifier.ts";
import { may, type Permission } from "./permission.ts";
import { type ErrorCode, errorStatus } from "./result.ts";

/** Permissions of the routes that start jobs. */
const startingPermissions: readonly Permission[] = [
  "services:control",
  "services:remove",
  "docker:manage",
  "stacks:manage",
  "catalogue:install",
  "deployments:control",
  "mcp:control",
  "mcp:manage",
];

/** Whether a principal can have started a job: an API key may have the scopes of only some of them. */
export const mayBeginJobs = (principal: Pick<Principal, "role" | "scopes">): boolean =>
  startingPermissions.some((permission) => may(principal, permission));

export const jobSubscription = z.strictObject({ jobId });

/** `interrupted`: the server was killed before the job finished. */
export const jobStates = ["running", "succeeded", "failed", "cancelled", "interrupted"] as const;
export type JobState = (typeof jobStates)[number];

/** Most steps of a job that are held: the newest. */
export const JOB_STEPS_MAX = 200;
/** Most lines of output of a job that are held: the newest. The whole output is in `GET /api/activity/:id/output`. */
export const JOB_LINES_MAX = 500;

/** A part of a job with progress of its own: a layer of an image, a service of a stack. */
export const jobStepSchema = z.object({
  id: z.string().describe("Unique inside the job."),
  label: z.string(),
  state: z.string().describe("What the step does now, in a word or two."),
  current: z.number().optional().describe("Progress, in the unit of `total` (mostly bytes); absent when not measured."),
  total: z.number().optional(),
});
export type JobStep = z.infer<typeof jobStepSchema>;

export const jobErrorSchema = z.object({
  code: z.enum(Object.keys(errorStatus) as [ErrorCode, ...ErrorCode[]]),
  message: z.string(),
  detail: z
    .string()
    .optional()
    .describe("Message of Docker or the registry, masked; only for callers who may do what the job does."),
});

/** An action that takes longer than a response may wait. */
export const jobSchema = z.object({
  id: z.string(),
  kind: z.string().describe("Name of the action in the audit trail, such as `image:pull` or `service:recreate`."),
  target: z.string().describe("Name of a container, reference of an image, name of a stack."),
  state: z.enum(jobStates).describe("`interrupted`: the server ended before the job did."),
  steps: z.array(jobStepSchema).describe(`In the order they started; the newest ${JOB_STEPS_MAX} at most.`),
  lines: z.array(z.string()).describe(`Newest lines of output, ${JOB_LINES_MAX} at most.`),
  lineCount: z.int().describe("Lines of output so far, including those no longer held."),
  result: z.record(z.string(), z.unknown()).nullable().describe("Null until the job succeeds."),
  error: jobErrorSchema.nullable(),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime().nullable(),
  revision: z.int().describe("Increases with every change: of two snapshots the higher is the newer."),
});
export type Job = z.infer<typeof jobSchema>;
