import { z } from "zod";
import { rotationLimits } from "./deployment-limits.ts";

export const listeningPortSchema = z.object({
  port: z.int(),
  address: z.string().describe("`0.0.0.0` and `::`: all addresses."),
});
export type ListeningPort = z.infer<typeof listeningPortSchema>;

/** One time that a process ended, as the panel saw it. */
export const processExitSchema = z.object({
  at: z.iso.datetime().describe("Start of the next run, or when it was noticed."),
  pmId: z.int(),
  restarts: z.int().describe("Restarts since the last reading; the exit code is that of the newest."),
  exitCode: z.int().nullable().describe("Null if PM2 does not know it."),
});
export type ProcessExit = z.infer<typeof processExitSchema>;

export const logRotationSchema = z.object({
  by: z
    .enum(["pm2-logrotate", "logrotate", "none", "unknown"])
    .describe("What rotates the log files of the app: the module of PM2, or a rule of logrotate for all of them."),
  rule: z.string().nullable().describe("File of the rule of logrotate."),
});
export type LogRotation = z.infer<typeof logRotationSchema>;

export const panelRotationSettingSchema = z.strictObject({
  maxBytes: z
    .int()
    .min(rotationLimits.minBytes)
    .max(rotationLimits.maxBytes)
    .describe("Size of a log file at which it is rotated."),
  kept: z.int().min(1).max(rotationLimits.maxKept).describe("Rotated files that stay; older ones are deleted."),
  compress: z.boolean().describe("Compresses rotated files with gzip, except the newest one."),
  mayLose: z
    .boolean()
    .describe("Also where the file system needs a copy and a truncation: what is written between the two is lost."),
});
export type PanelRotationSetting = z.infer<typeof panelRotationSettingSchema>;

export const changeRotationBody = z.strictObject({
  setting: panelRotationSettingSchema.nullable().describe("Null turns it off. Rotated files stay."),
});

export const panelRotationSchema = z.object({
  setting: panelRotationSettingSchema.nullable().describe("Null: off, the default."),
  refusal: z.string().nullable().describe("Why the panel cannot rotate the logs of this app; null if it can."),
  lossless: z.boolean().nullable().describe("Whether no line is lost on this file system; null if it is unknown."),
  rotatedAt: z.iso.datetime().nullable().describe("When the panel rotated a log of the app last."),
  problem: z.string().nullable().describe("Why the last attempt failed, if it did."),
});
export type PanelRotation = z.infer<typeof panelRotationSchema>;

/** What PM2 knows about an app beyond its list. Values of the environment are never sent. */
export const deploymentDetailsSchema = z.object({
  interpreter: z.string().nullable().describe("Name of the program that runs the script."),
  nodeVersion: z.string().nullable(),
  environment: z.array(z.string()).describe("Names of the environment variables, 500 at most."),
  ports: z
    .array(listeningPortSchema)
    .nullable()
    .describe("TCP ports it listens on; null if unknown: several apps in cluster mode share those of PM2's daemon."),
  metrics: z
    .array(z.object({ pmId: z.int(), name: z.string(), value: z.string() }))
    .describe("Custom metrics of the app, 50 at most for each process."),
  actions: z.array(z.string()).describe("Names of the custom actions of the app."),
  logBytes: z.int().nullable().describe("Size of its log files; null if unknown."),
  logRotation: logRotationSchema,
  panelRotation: panelRotationSchema,
  exits: z.object({
    since: z.iso.datetime().nullable().describe("Start of the record; null before the first reading."),
    list: z.array(processExitSchema).describe("Newest first, 50 at most."),
  }),
});
export type DeploymentDetails = z.infer<typeof deploymentDetailsSchema>;

/** Longest argument of a custom action, in characters. */
const MAX_ARGUMENT = 4_096;

export const triggerDeploymentBody = z.strictObject({
  action: z.string().min(1).max(200).describe("One of the app's custom actions."),
  argument: z.string().max(MAX_ARGUMENT).optional(),
});

export const triggerResultSchema = z.object({
  pmId: z.int(),
  result: z.string().nullable().describe("What the action returned, masked; null if it did not reply in time."),
});
export type TriggerResult = z.infer<typeof triggerResultSchema>;
