import { z } from "zod";
import { containerRef, opaqueId } from "./identifier.ts";
import { SHELL_INPUT_MAX, shellCommands, shellEnds } from "./shell-limits.ts";

export * from "./shell-limits.ts";

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
export const shellInput = z.strictObject({ shellId, data: z.string().min(1).max(SHELL_INPUT_MAX) });
export const shellResize = z.strictObject({ shellId, cols, rows });
export const shellProgress = z.strictObject({ shellId, offset });
export const shellRef = z.strictObject({ shellId });

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
