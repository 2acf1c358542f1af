import { z } from "zod";
import { rotationLimits } from "../protocol/deployment-limits.ts";
import { errorStatus } from "../protocol/result.ts";

/** Version of this protocol. Both ends must have the same one: they come from one release. */
export const HELPER_VERSION = 3;
/** Where the root helper listens. The folder belongs to root, the socket to the user of the panel. */
export const HELPER_SOCKET = "/run/ai-desktop-helper/socket";

/** Bounds of a frame: its head of JSON and its body, in bytes. */
export const MAX_HEAD = 64 * 1024;
export const MAX_REQUEST_BODY = 8 * 1024 * 1024;
export const MAX_PART = 256 * 1024;
/** Longest response, in bytes, over all its parts. */
export const MAX_RESPONSE = 32 * 1024 * 1024;
/** Most bytes of a file in one call. */
export const MAX_READ = 1024 * 1024;
/** Longest rotation of a log file, in milliseconds. */
export const ROTATE_LIMIT_MS = 10 * 60_000;
/** Calls of one connection that are not finished, streams included. */
export const MAX_CALLS = 256;

const path = z
  .string()
  .min(2)
  .max(1024)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a path ends at NUL.
  .regex(/^\/[^\u0000]*$/, "must be an absolute path");

/** A PM2 daemon, as `daemons.list` names it. */
export const daemonRef = z.strictObject({ uid: z.int().min(0).max(0xffff_fffe), home: path });
export type DaemonRef = z.infer<typeof daemonRef>;

const pmId = z.int().min(0).max(1_000_000_000);
const settings = z.record(z.string().max(256), z.unknown());

/** What may be sent to PM2's daemon, and how. `write` needs the right to act as its user. */
export const pm2Methods = {
  ping: { kind: "read", argument: z.strictObject({}) },
  getVersion: { kind: "read", argument: z.strictObject({}) },
  getMonitorData: { kind: "read", argument: z.strictObject({}) },
  restartProcessId: { kind: "write", argument: z.strictObject({ id: pmId, env: settings }) },
  reloadProcessId: { kind: "write", argument: z.strictObject({ id: pmId, env: settings }) },
  stopProcessId: { kind: "write", argument: pmId },
  deleteProcessId: { kind: "write", argument: pmId },
  duplicateProcessId: { kind: "write", argument: pmId },
  resetMetaProcessId: { kind: "write", argument: pmId },
  prepare: { kind: "write", argument: settings },
  msgProcess: { kind: "write", argument: settings },
  notifyByProcessId: {
    kind: "write",
    argument: z.strictObject({ id: pmId, action_name: z.string().max(100), manually: z.boolean() }),
  },
} as const satisfies Record<string, { kind: "read" | "write"; argument: z.ZodType }>;

const methodNames = Object.keys(pm2Methods) as [keyof typeof pm2Methods];
const pids = z.array(z.int().min(2).max(0x7fff_ffff)).max(500);
const limitMs = z.int().min(100).max(60_000);
/** Signals that an app may be sent. */
const signals = z.enum([
  "SIGHUP",
  "SIGINT",
  "SIGQUIT",
  "SIGKILL",
  "SIGUSR1",
  "SIGUSR2",
  "SIGTERM",
  "SIGCONT",
  "SIGSTOP",
  "SIGWINCH",
]);

/** Every verb with its input. `kind` is for verbs that are always the same; the one of `pm2.call` depends on the method. */
export const verbs = {
  "daemons.list": { kind: "list", input: z.strictObject({}) },
  "pm2.call": {
    kind: "method",
    /** The argument is the body of the frame, as JSON. */
    input: z.strictObject({ daemon: daemonRef, method: z.enum(methodNames), limitMs }),
  },
  "pm2.bus": { kind: "read", input: z.strictObject({ daemon: daemonRef }) },
  /** Reads of a file take a rotated one by its number too: `<path>.1`. */
  "file.stat": { kind: "read", input: z.strictObject({ daemon: daemonRef, path }) },
  "file.read": {
    kind: "read",
    input: z.strictObject({
      daemon: daemonRef,
      path,
      offset: z.int().min(0),
      length: z.int().min(1).max(MAX_READ),
    }),
  },
  "file.truncate": { kind: "write", input: z.strictObject({ daemon: daemonRef, path }) },
  /** Whether a log can be rotated without losing a line. */
  "file.canRotate": { kind: "read", input: z.strictObject({ daemon: daemonRef, path }) },
  "file.rotate": {
    kind: "write",
    input: z.strictObject({
      daemon: daemonRef,
      path,
      kept: z.int().min(1).max(rotationLimits.maxKept),
      compress: z.boolean(),
      mayLose: z.boolean(),
    }),
  },
  /** Ports of the daemon itself, which listens for its apps in cluster mode. */
  "ports.daemon": { kind: "read", input: z.strictObject({ daemon: daemonRef }) },
  "ports.list": { kind: "read", input: z.strictObject({ daemon: daemonRef, pids }) },
  "process.signal": {
    kind: "write",
    input: z.strictObject({ daemon: daemonRef, pid: z.int().min(2).max(0x7fff_ffff), signal: signals }),
  },
  "saved.read": { kind: "read", input: z.strictObject({ daemon: daemonRef }) },
  /** The list is the body of the frame, as JSON. */
  "saved.write": { kind: "write", input: z.strictObject({ daemon: daemonRef }) },
} as const satisfies Record<string, { kind: "list" | "read" | "write" | "method"; input: z.ZodType }>;

export type Verb = keyof typeof verbs;
export type VerbInput<V extends Verb> = z.infer<(typeof verbs)[V]["input"]>;

/** First frame of a client. */
export const hello = z.strictObject({ type: z.literal("hello"), version: z.int() });
/** Further frames of a client. Input is checked by the schema of its verb. */
export const clientFrame = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("call"), id: z.int().min(1), verb: z.string().max(64), input: z.unknown() }),
  z.strictObject({ type: z.literal("cancel"), id: z.int().min(1) }),
]);

const message = z.string().max(1000);
/** An error of a call. `pm2`: the daemon refused it; `late`: it exceeded its time limit; `absent` and `down`: what it needs. */
export const callError = z.strictObject({
  kind: z.enum(["app", "absent", "down", "late", "pm2"]),
  code: z.enum(Object.keys(errorStatus) as [keyof typeof errorStatus]),
  message,
});
export type CallError = z.infer<typeof callError>;

/** Frames of the helper, and of its children to it. A `part` carries bytes of the response, or a message of a topic. */
export const serverFrame = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("welcome"), version: z.int() }),
  z.strictObject({ type: z.literal("refused"), version: z.int(), message }),
  z.strictObject({ type: z.literal("part"), id: z.int(), topic: z.string().max(100).optional() }),
  z.strictObject({ type: z.literal("end"), id: z.int(), result: z.unknown().optional() }),
  z.strictObject({ type: z.literal("error"), id: z.int(), error: callError }),
]);
export type ServerFrame = z.infer<typeof serverFrame>;

/** A PM2 daemon on this host. */
export const helperDaemon = z.object({
  uid: z.number(),
  /** Null for a user who was removed. */
  user: z.string().nullable(),
  home: z.string(),
  pid: z.number(),
  version: z.string().nullable(),
  canWrite: z.boolean(),
  /** Why it is read-only, and who can change that; null if it is not. */
  readOnlyHint: z.string().nullable(),
});
export type HelperDaemon = z.infer<typeof helperDaemon>;

export const listResult = z.object({ daemons: z.array(helperDaemon) });
export const fileResult = z.object({ id: z.string(), size: z.number(), modifiedAt: z.number() }).nullable();
export const bytesResult = z.object({ bytes: z.number() });
export const canRotateResult = z.object({ lossless: z.boolean().nullable() });
export const savedResult = z.object({ modifiedAt: z.number() }).nullable();
export const portsResult = z.object({
  ports: z.array(z.object({ port: z.number(), address: z.string() })).nullable(),
});
