import { z } from "zod";
import { opaqueId } from "./identifier.ts";
import { queryNumber } from "./query-number.ts";
import type { Service } from "./service.ts";

/** Largest compose file that is read or written, in characters and in bytes. */
export const COMPOSE_FILE_MAX = 256 * 1024;

/** Compose's own grammar for the name of a project: it is also the name of the stack's folder. */
export const stackName = z
  .string()
  .max(63)
  .regex(/^[a-z0-9][a-z0-9_-]*$/, "must be lower-case letters, digits, - and _, beginning with a letter or digit");

/** What a stack is asked for by. A label may hold any text: it is compared, and used in no other way. */
export const stackRef = opaqueId;

export const stackStates = ["running", "partial", "unhealthy", "created", "stopped", "down", "unknown"] as const;
/**
 * `partial`: some of what should run does; `stopped`: nothing does; `created`: nothing ever did; `down`: there is no
 * container; `unknown`: the Engine does not answer, so that no count below says anything.
 */
export type StackState = (typeof stackStates)[number];

/** Why a stack can only be looked at; null when it can be changed. */
export type StackLock = "outside" | "compose-missing" | "name" | "file-missing" | "refused" | null;
export const stackLocks = ["outside", "compose-missing", "name", "file-missing", "refused"] as const;

export interface Stack {
  /** Name of the compose project. */
  name: string;
  state: StackState;
  /** Containers that run. */
  running: number;
  /** Containers, and services that should have one and have none. */
  total: number;
  unhealthy: number;
  /** Services of the compose file that should have a container and have none; 0 for a stack that is down. */
  missing: number;
  /** Containers that ended with 0 and are not to be started again. */
  finished: number;
  /** Made in the panel's own folder of stacks. */
  own: boolean;
  /** Folder on the host, as its containers' labels or the panel's folder have it. */
  folder: string;
  files: string[];
  lock: StackLock;
  /** The lock in a sentence. */
  reason: string | null;
  /** What to know before it is acted on, in sentences: other projects of the same folder or name, an unreadable `.env`. */
  notices: string[];
  /** The last job about it, when the panel's API was killed before it was over; null once another one begins. */
  interrupted: { verb: string; startedAt: string } | null;
}

export interface StackService {
  name: string;
  /** Of the file, and of the containers when it is not read. */
  image: string | null;
  /** Whether the compose file names it; null when the file is not read. */
  defined: boolean | null;
  /** Whether the file wants it to run: a profile of it is active and its scale is above 0. Null when the file is not read. */
  wanted: boolean | null;
  containers: Service[];
}

export interface StackDetail extends Stack {
  services: StackService[];
  /** Faults of the file keep its services from being told. */
  readable: boolean;
  appliedAt: string | null;
  /** Whether what is on the disk differs from what was last brought up from here; null when that is not known. */
  changed: boolean | null;
}

export interface ComposeState {
  installed: boolean;
  /** The Docker CLI's plugin, or a program of its own. */
  kind: "plugin" | "program" | null;
  version: string | null;
  /** What to do about it, in one sentence. */
  hint: string | null;
}

export interface StackFile {
  index: number;
  /** Name inside the stack's folder. */
  name: string;
  content: string;
  etag: string;
  modifiedAt: string;
  /** The panel has no right to write to it. */
  readOnly: boolean;
}

export const findingSeverities = ["error", "warning", "info"] as const;
/** Something about a compose file; lines and columns count from 1, the end is not included. */
export interface Finding {
  severity: (typeof findingSeverities)[number];
  message: string;
  line: number;
  column: number;
  endLine: number;
  endColumn: number;
  /** Who says so: the YAML parser, the list of keys, the look at what it means, or Compose itself. */
  source: "yaml" | "keys" | "meaning" | "compose";
}

export interface StackRevision {
  id: number;
  file: string;
  /** `applied`: brought up; `replaced`: what the file held before it was written over. */
  kind: "applied" | "replaced";
  savedAt: string;
  savedBy: string;
  size: number;
}

const composeText = z.string().max(COMPOSE_FILE_MAX);
const etag = z.string().min(1).max(128);
export const envName = z
  .string()
  .max(255)
  .regex(/^[A-Za-z_][A-Za-z0-9_.-]*$/, "must be letters, digits, `_`, `.` and `-`, beginning with a letter or `_`");
/** What a file may already hold is more than what is written into it. */
const presentEnvName = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[\p{L}\p{N}_.[\]-]+$/u, "must be the name of a variable");
const envValue = z.string().max(8 * 1024);
/** Variables of one `.env` file that can be set at a time. */
const ENV_MAX = 200;
export const envValues = z
  .record(envName, envValue)
  .refine((values) => Object.keys(values).length <= ENV_MAX, "must be 200 variables at most");

export const stackParams = z.object({ name: stackRef });
export const createStackBody = z.strictObject({ name: stackName, content: composeText, env: envValues.default({}) });
export const stackFileQuery = z.strictObject({ file: queryNumber(0, 15).default(0) });
export const writeStackFileBody = z.strictObject({
  file: z.int().min(0).max(15).default(0),
  content: composeText,
  /** Of the version that was read: a file changed since is a conflict. */
  etag,
  /** That all names of a file with several hard links may get the new content. */
  allowHardLinks: z.boolean().default(false),
});
export const writeStackEnvBody = z.strictObject({
  set: envValues.default({}),
  remove: z.array(presentEnvName).max(ENV_MAX).default([]),
  /** Of the file as its names were read; null when there was none. */
  etag: etag.nullable(),
});
export const validateStackBody = z.strictObject({
  content: composeText,
  /** The stack it is of: its own ports do not clash with it, and its variables are known. */
  name: stackRef.optional(),
  /** Ask Compose itself as well, when it is installed. */
  thorough: z.boolean().default(false),
});
export const stackUpBody = z.strictObject({
  /** Pull newer images first. */
  pull: z.boolean().default(false),
  /** Make every container anew, changed or not. */
  recreate: z.boolean().default(false),
  /** Remove containers of services that the file no longer names. */
  removeOrphans: z.boolean().default(true),
});
export const stackDownBody = z.strictObject({
  /** Delete the named volumes of the file too. */
  volumes: z.boolean().default(false),
});
export const removeStackQuery = z.strictObject({ volumes: z.stringbool().default(false) });

/** Compose actions; each is a job `stack:<verb>`. */
export const stackVerbs = ["up", "down", "stop", "restart", "pull", "remove"] as const;
export type StackVerb = (typeof stackVerbs)[number];
