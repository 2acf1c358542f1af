import { z } from "zod";
import { opaqueId } from "./identifier.ts";
import { queryNumber } from "./query-number.ts";
import { serviceSchema } from "./service.ts";

const time = z.iso.datetime();

/** Largest compose file, in characters and in bytes. */
export const COMPOSE_FILE_MAX = 256 * 1024;

/** Name of a stack and of its folder: the grammar of Compose project names. */
export const stackName = z
  .string()
  .max(63)
  .regex(/^[a-z0-9][a-z0-9_-]*$/, "must be lower-case letters, digits, - and _, beginning with a letter or digit");

/** Name of an existing stack. Labels can hold any text: it is only compared. */
export const stackRef = opaqueId;

/**
 * - `partial`: some of the expected containers run
 * - `stopped`: none runs
 * - `created`: none ever ran
 * - `down`: there is no container
 * - `unknown`: the Engine is not available, and the counts say nothing
 */
export const stackStates = ["running", "partial", "unhealthy", "created", "stopped", "down", "unknown"] as const;
export type StackState = (typeof stackStates)[number];

export const stackLocks = ["outside", "compose-missing", "name", "file-missing", "refused"] as const;

const stackLock = z.enum(stackLocks).nullable().describe("Why the stack is read-only; null when it can be changed.");
export type StackLock = z.infer<typeof stackLock>;

export const stackSchema = z.object({
  name: z.string().describe("Name of the compose project."),
  state: z.enum(stackStates),
  running: z.int().describe("Running containers."),
  total: z.int().describe("Containers, and services that should have one and have none."),
  unhealthy: z.int(),
  missing: z
    .int()
    .describe("Services of the compose file that should have a container and have none; 0 when the stack is down."),
  finished: z.int().describe("Containers that exited with 0 and are not restarted."),
  own: z.boolean().describe("Created in the stack folder of the panel."),
  named: z
    .boolean()
    .describe("Its folder was named by an administrator, because its containers name none that can be opened."),
  folder: z
    .string()
    .describe("Folder on the host, from the labels of its containers or the stack folder of the panel."),
  files: z.array(z.string()),
  lock: stackLock,
  reason: z.string().nullable().describe("`lock` as a sentence."),
  notices: z
    .array(z.string())
    .describe("Warnings, as sentences: other projects with the same folder or name, an unreadable `.env`."),
  interrupted: z
    .object({ verb: z.string(), startedAt: time })
    .nullable()
    .describe("The last job of the stack, when the API ended before the job did; null after the next job starts."),
});
export type Stack = z.infer<typeof stackSchema>;

export const stackServiceSchema = z.object({
  name: z.string(),
  image: z.string().nullable().describe("From the file; from the containers when the file is not read."),
  defined: z.boolean().nullable().describe("Whether the compose file defines it; null when the file is not read."),
  wanted: z
    .boolean()
    .nullable()
    .describe(
      "Whether it should run: one of its profiles is active and its scale is above 0; null when the file is not read.",
    ),
  containers: z.array(serviceSchema),
});
export type StackService = z.infer<typeof stackServiceSchema>;

export const stackDetailSchema = stackSchema.extend({
  services: z.array(stackServiceSchema),
  readable: z.boolean().describe("False: errors in the file hide its services."),
  appliedAt: time.nullable().describe("When the panel last brought it up."),
  changed: z
    .boolean()
    .nullable()
    .describe("Whether its files differ from those the panel last brought up; null when unknown."),
});
export type StackDetail = z.infer<typeof stackDetailSchema>;

/** Docker Compose on this host. */
export const composeStateSchema = z.object({
  installed: z.boolean(),
  kind: z.enum(["plugin", "program"]).nullable().describe("Plugin of the Docker CLI, or standalone program."),
  version: z.string().nullable(),
  hint: z.string().nullable().describe("How to fix it, in one sentence."),
});
export type ComposeState = z.infer<typeof composeStateSchema>;

export const stackFileSchema = z.object({
  index: z.int(),
  name: z.string().describe("Name inside the folder of the stack."),
  content: z.string(),
  etag: z.string(),
  modifiedAt: time,
  readOnly: z.boolean().describe("The panel has no write permission."),
});
export type StackFile = z.infer<typeof stackFileSchema>;

/** Variables of the `.env` file of a stack. */
export const stackEnvSchema = z.object({
  names: z.array(z.string()).describe("Names only: values are never sent."),
  etag: z.string().nullable().describe("Null when there is no such file."),
  target: z.string().nullable().describe("Path of the target on the host when the file is a symbolic link."),
});
export type StackEnv = z.infer<typeof stackEnvSchema>;

export const findingSeverities = ["error", "warning", "info"] as const;
/** A problem in a compose file. */
export const findingSchema = z.object({
  severity: z.enum(findingSeverities),
  message: z.string(),
  line: z.int().describe("Lines and columns count from 1."),
  column: z.int(),
  endLine: z.int(),
  endColumn: z.int().describe("Exclusive."),
  source: z
    .enum(["yaml", "keys", "meaning", "compose"])
    .describe("YAML parser, list of keys, check of the semantics, or Docker Compose."),
});
export type Finding = z.infer<typeof findingSchema>;

export const stackRevisionSchema = z.object({
  id: z.int(),
  file: z.string(),
  kind: z
    .enum(["applied", "replaced"])
    .describe("`applied`: brought up; `replaced`: content of the file before it was overwritten."),
  savedAt: time,
  savedBy: z.string(),
  size: z.int().describe("Bytes."),
});
export type StackRevision = z.infer<typeof stackRevisionSchema>;

const composeText = z.string().max(COMPOSE_FILE_MAX);
const etag = z.string().min(1).max(128);
export const envName = z
  .string()
  .max(255)
  .regex(/^[A-Za-z_][A-Za-z0-9_.-]*$/, "must be letters, digits, `_`, `.` and `-`, beginning with a letter or `_`");
/** Name of a variable in an existing file: more names than the panel writes. */
const presentEnvName = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[\p{L}\p{N}_.[\]-]+$/u, "must be the name of a variable");
const envValue = z.string().max(8 * 1024);
/** Most variables of a `.env` file in one request. */
const ENV_MAX = 200;
export const envValues = z
  .record(envName, envValue)
  .refine((values) => Object.keys(values).length <= ENV_MAX, "must be 200 variables at most");

export const stackParams = z.object({ name: stackRef });
export const createStackBody = z.strictObject({ name: stackName, content: composeText, env: envValues.default({}) });
export const stackFileQuery = z.strictObject({ file: queryNumber(0, 15).default(0) });
/** Absolute path of a folder on the host. */
export const nameStackFolderBody = z.strictObject({ folder: z.string().min(1).max(4_096) });
export const writeStackFileBody = z.strictObject({
  file: z.int().min(0).max(15).default(0),
  content: composeText,
  /** Version that was read: a file changed since then is a conflict. */
  etag,
  /** Confirms that all hard links of a file get the new content. */
  allowHardLinks: z.boolean().default(false),
});
export const writeStackEnvBody = z.strictObject({
  set: envValues.default({}),
  remove: z.array(presentEnvName).max(ENV_MAX).default([]),
  /** Version of which the names were read; null when there was no file. */
  etag: etag.nullable(),
});
export const validateStackBody = z.strictObject({
  content: composeText,
  /** The stack that the content belongs to: its own ports do not conflict, and its variables are known. */
  name: stackRef.optional(),
  /** Also validates with Docker Compose, when installed. */
  thorough: z.boolean().default(false),
});
export const stackUpBody = z.strictObject({
  /** Pulls newer images first. */
  pull: z.boolean().default(false),
  /** Recreates all containers, changed or not. */
  recreate: z.boolean().default(false),
  /** Removes containers of services that the file no longer defines. */
  removeOrphans: z.boolean().default(true),
});
export const stackDownBody = z.strictObject({
  /** Also deletes the named volumes of the file. */
  volumes: z.boolean().default(false),
});
export const removeStackQuery = z.strictObject({ volumes: z.stringbool().default(false) });

/** Compose actions; each is a job `stack:<verb>`. */
export const stackVerbs = ["up", "down", "start", "stop", "restart", "pull", "remove"] as const;
export type StackVerb = (typeof stackVerbs)[number];
