import { z } from "zod";
import { serviceSchema } from "../../shared/protocol/service.ts";
import {
  type ComposeState,
  type Finding,
  findingSeverities,
  type Stack,
  type StackDetail,
  type StackFile,
  type StackRevision,
  stackLocks,
  stackStates,
} from "../../shared/protocol/stack.ts";

export const composeStateSchema = z.object({
  installed: z.boolean(),
  kind: z.enum(["plugin", "program"]).nullable(),
  version: z.string().nullable(),
  hint: z.string().nullable(),
}) satisfies z.ZodType<ComposeState>;

export const stackSchema = z.object({
  name: z.string().describe("Name of the compose project."),
  state: z.enum(stackStates),
  running: z.int().describe("Containers that run."),
  total: z.int().describe("Containers, and services that should have one and have none."),
  unhealthy: z.int(),
  missing: z.int().describe("Services of the compose file that should have a container and have none."),
  finished: z.int().describe("Containers that ended with 0 and are not to be started again."),
  own: z.boolean().describe("Made in the panel's own folder of stacks."),
  folder: z.string(),
  files: z.array(z.string()),
  lock: z.enum(stackLocks).nullable().describe("Why it can only be looked at; null when it can be changed."),
  reason: z.string().nullable(),
  notices: z.array(z.string()).describe("What to know before it is acted on."),
  interrupted: z
    .object({ verb: z.string(), startedAt: z.iso.datetime() })
    .nullable()
    .describe("The last job about it, when the API ended before it was over."),
}) satisfies z.ZodType<Stack>;

export const stackDetailSchema = stackSchema.extend({
  services: z.array(
    z.object({
      name: z.string(),
      image: z.string().nullable(),
      defined: z.boolean().nullable().describe("Whether the compose file names it; null when the file is not read."),
      wanted: z.boolean().nullable().describe("Whether the file wants it to run; null when the file is not read."),
      containers: z.array(serviceSchema),
    }),
  ),
  readable: z.boolean(),
  appliedAt: z.iso.datetime().nullable().describe("When it was last brought up from here."),
  changed: z.boolean().nullable().describe("Whether its files differ from what was last brought up from here."),
}) satisfies z.ZodType<StackDetail>;

export const stackFileSchema = z.object({
  index: z.int(),
  name: z.string(),
  content: z.string(),
  etag: z.string(),
  modifiedAt: z.iso.datetime(),
  readOnly: z.boolean().describe("The panel has no right to write to it."),
}) satisfies z.ZodType<StackFile>;

export const findingSchema = z.object({
  severity: z.enum(findingSeverities),
  message: z.string(),
  line: z.int().describe("From 1, as the columns."),
  column: z.int(),
  endLine: z.int(),
  endColumn: z.int().describe("Not included."),
  source: z.enum(["yaml", "keys", "meaning", "compose"]),
}) satisfies z.ZodType<Finding>;

export const stackRevisionSchema = z.object({
  id: z.int(),
  file: z.string(),
  kind: z.enum(["applied", "replaced"]),
  savedAt: z.iso.datetime(),
  savedBy: z.string(),
  size: z.int().describe("Bytes."),
}) satisfies z.ZodType<StackRevision>;

export const stackEnvSchema = z.object({
  names: z.array(z.string()).describe("Values never leave the server."),
  etag: z.string().nullable().describe("Null when there is no such file."),
  target: z.string().nullable().describe("Path of the file on the host when it is a link."),
});
