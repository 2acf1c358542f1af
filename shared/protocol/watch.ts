import { z } from "zod";
import { auditActorSchema } from "./account.ts";
import { activityStates } from "./activity.ts";
import { alertEventSchema, alertSchema, alertSubjectSchema } from "./alert.ts";
import { logLevels, logStreams } from "./log-search.ts";
import { stackSchema } from "./stack.ts";
import { RESTART_WINDOW_SECONDS } from "./watch-limits.ts";

const time = z.iso.datetime();

const values = z
  .array(z.number().nullable())
  .describe("One value a point, oldest first; null where nothing was measured.");

/** Usage of one container or process over the last 15 minutes. */
export const usageTrendSchema = z.object({
  name: z.string().describe("Name of the container, or id of the process."),
  cpu: values.describe("Percent of one core."),
  memory: values.describe("Bytes."),
});
export type UsageTrend = z.infer<typeof usageTrendSchema>;

export const usageTrendsSchema = z.object({
  from: time.describe("Time of the first point."),
  step: z.number().describe("Seconds between two points."),
  host: usageTrendSchema.nullable().describe("Percent of all cores; null without the permission."),
  containers: z.array(usageTrendSchema),
  processes: z.array(usageTrendSchema),
});
export type UsageTrends = z.infer<typeof usageTrendsSchema>;

/** A line of output that says why something failed: at most 500 characters, untrusted text. */
export const causeLineSchema = z.object({
  text: z.string(),
  time: time.nullable().describe("Null when the log does not say when it was written."),
  level: z.enum(logLevels),
  stream: z.enum(logStreams),
  isError: z.boolean().describe("False: the last line of the run, since none of it is an error."),
});
export type CauseLine = z.infer<typeof causeLineSchema>;

/** What explains the state of a container or process that needs attention. */
export const evidenceSchema = z.object({
  kind: z.enum(["container", "process"]),
  id: z.string().describe("Full id of the container, or id of the process."),
  restarts: z
    .object({
      count: z.int(),
      exitCode: z.int().nullable().describe("Of the newest run that ended."),
    })
    .nullable()
    .describe(`Restarts by policy in the last ${RESTART_WINDOW_SECONDS} seconds; null when there were none.`),
  line: causeLineSchema.nullable().describe("Null when nothing is stored, and while the log cannot be read."),
  health: z
    .object({
      output: z.string().describe("Of the last check, masked, at most 500 characters."),
      exitCode: z.int().nullable(),
      failures: z.int().describe("Failed checks in a row."),
      at: time.nullable(),
    })
    .nullable()
    .describe("Last result of the health check of an unhealthy container."),
});
export type Evidence = z.infer<typeof evidenceSchema>;

/** Something that happened lately. */
export const watchEventSchema = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("run"),
    at: time,
    subject: alertSubjectSchema,
    change: z.enum(["started", "ended", "restarted"]),
    count: z.int().describe("Restarts in a row."),
    exitCode: z.int().nullable().describe("Of the run that ended; null when unknown, and for a start."),
  }),
  z.object({ kind: z.literal("alert"), at: time, event: alertEventSchema }),
  z.object({
    kind: z.literal("action"),
    at: time,
    action: z.string().describe("Name of the action, such as `service:restart`."),
    target: z.string(),
    id: z.string().describe("Of the record of the action: `GET /api/activity/{id}`."),
    actor: auditActorSchema.pick({ kind: true, name: true }),
    state: z.enum(activityStates),
  }),
]);
export type WatchEvent = z.infer<typeof watchEventSchema>;

export const watchSources = ["docker", "pm2", "stacks", "logs", "metrics", "activity"] as const;

/** `GET /api/watch`: what the page needs beside the lists of containers, processes and MCP servers. */
export const watchSchema = z.object({
  at: time.describe("When the sources were read."),
  trends: usageTrendsSchema.nullable().describe("Null when no history is stored, and when it is unknown."),
  evidence: z.array(evidenceSchema),
  alerts: z.array(alertSchema).nullable().describe("Current alerts; null without the permission."),
  stacks: z.array(stackSchema).nullable().describe("Null without the permission, and when they are unknown."),
  updates: z.array(z.string()).describe("Names of containers whose image has a newer version, as of the last check."),
  events: z.array(watchEventSchema).describe("Newest first."),
  unknown: z.array(z.enum(watchSources)).describe("Sources that did not respond: what depends on them is unknown."),
});
export type Watch = z.infer<typeof watchSchema>;
