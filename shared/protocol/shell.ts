import { z } from "zod";
import { containerRef, opaqueId } from "./identifier.ts";
import { SHELL_INPUT_MAX, shellCommands, shellEnds } from "./shell-limits.ts";

export * from "./shell-limits.ts";

/** Id of a shell: the id of the exec instance in the Engine. */
export const shellId = z.string().regex(/^[0-9a-f]{64}$/, "must be the id of a shell");

/** User or uid of the container, optionally with a group or gid after a colon: the argument of `docker exec --user`. */
const shellUser = z
  .string()
  .max(65)
  .regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,31}(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,31})?$/, "must be a user of the container");

export const openShellBody = z.strictObject({
  command: z.enum(shellCommands).default("auto"),
  /** Default: the user of the image. */
  user: shellUser.optional(),
});

/** A shell that is open in a container. */
export const shellSchema = z.object({
  id: z.string(),
  command: z.enum(shellCommands),
  user: z.string().describe("Empty: the user of the image."),
  openedBy: z.object({ kind: z.enum(["user", "key"]), id: z.string(), name: z.string() }),
  openedAt: z.iso.datetime(),
  mine: z.boolean().describe("Whether the caller opened it, and may attach to it."),
});
export type Shell = z.infer<typeof shellSchema>;

const cols = z.int().min(1).max(1_000);
const rows = z.int().min(1).max(500);
/** Bytes of output since the start of the shell. */
const offset = z.int().min(0);

export const shellOpening = z.strictObject({
  serviceId: opaqueId,
  containerName: containerRef,
  shellId,
  cols,
  rows,
  since: offset.default(0),
});
export const shellInput = z.strictObject({ shellId, data: z.string().min(1).max(SHELL_INPUT_MAX) });
export const shellResize = z.strictObject({ shellId, cols, rows });
export const shellProgress = z.strictObject({ shellId, offset });
export const shellRef = z.strictObject({ shellId });

/** `POST /internal/shells` of the API: the realtime server reports the end of a shell, with the emit token. */
export const shellReport = z.strictObject({
  shellId,
  containerName: z.string().min(1).max(255),
  principal: z.strictObject({
    kind: z.enum(["user", "key"]),
    id: z.string().min(1).max(128),
  }),
  code: z.enum(shellEnds),
  exitCode: z.int().nullable(),
  /** From the start of the shell to its end. */
  seconds: z.number().min(0),
});
export type ShellReport = z.infer<typeof shellReport>;
