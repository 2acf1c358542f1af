import { z } from "zod";
import { containerRef, opaqueId } from "./identifier.ts";

/** What may be run as a shell: `auto` takes bash where there is one, else ash, else sh. */
export const shellCommands = ["auto", "bash", "ash", "zsh", "sh"] as const;
export type ShellCommand = (typeof shellCommands)[number];

/** Id of a shell: that of the exec instance in the Engine. */
export const shellId = z.string().regex(/^[0-9a-f]{64}$/, "must be the id of a shell");

/** A user or uid of the container, with a group or gid after a colon if need be; what `docker exec --user` takes. */
const shellUser = z
  .string()
  .max(65)
  .regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,31}(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,31})?$/, "must be a user of the container");

export const openShellBody = z.strictObject({
  command: z.enum(shellCommands).default("auto"),
  /** The user of the image when absent. */
  user: shellUser.optional(),
});

/** A shell that somebody has open in a container. */
export interface Shell {
  id: string;
  command: ShellCommand;
  /** Empty: the user of the image. */
  user: string;
  openedBy: { kind: "user" | "key"; id: string; name: string };
  /** ISO 8601. */
  openedAt: string;
  /** Whether whoever asks opened it, and may attach to it. */
  mine: boolean;
}

const cols = z.int().min(1).max(1_000);
const rows = z.int().min(1).max(500);
/** Bytes of output since the shell began. */
const offset = z.int().min(0);

export const shellOpening = z.strictObject({
  serviceId: opaqueId,
  containerName: containerRef,
  shellId,
  cols,
  rows,
  since: offset.default(0),
});
/** Longest text of one `shell:input`, in characters. */
export const SHELL_INPUT_MAX = 8_192;
export const shellInput = z.strictObject({ shellId, data: z.string().min(1).max(SHELL_INPUT_MAX) });
export const shellResize = z.strictObject({ shellId, cols, rows });
export const shellProgress = z.strictObject({ shellId, offset });
export const shellRef = z.strictObject({ shellId });

/**
 * Why a shell is over: `exited` by itself, `no_shell` (the image has none such), `no_user` (nor that user), `ended` by somebody, `idle` (nobody was
 * attached for too long), `revoked`, `container` (it stopped or went), `unavailable` (the Engine's connection broke),
 * `stopping` (the realtime server stopped), `lost` (it was killed, and the shell's terminal with it).
 */
export const shellEnds = [
  ...(["exited", "no_shell", "no_user", "ended", "idle", "revoked", "container", "unavailable", "stopping"] as const),
  "lost",
] as const;
export type ShellEnd = (typeof shellEnds)[number];

/** Unread output beyond which the server waits for `shell:progress`, in bytes. */
export const SHELL_WINDOW = 256 * 1024;
/** Output a viewer reads before it tells so, in bytes. */
export const SHELL_PROGRESS = 96 * 1024;

/** `POST /internal/shells` of the API, told by the realtime server with the emit token. */
export const shellReport = z.strictObject({
  shellId,
  containerName: z.string().min(1).max(255),
  principal: z.strictObject({
    kind: z.enum(["user", "key"]),
    id: z.string().min(1).max(128),
  }),
  code: z.enum(shellEnds),
  exitCode: z.int().nullable(),
  /** From its start to its end. */
  seconds: z.number().min(0),
});
export type ShellReport = z.infer<typeof shellReport>;
