import { z } from "zod";
import { type Shell, shellCommands } from "../../shared/protocol/shell.ts";

export const shellSchema = z.object({
  id: z.string(),
  command: z.enum(shellCommands),
  user: z.string().describe("Empty: the user of the image."),
  openedBy: z.object({ kind: z.enum(["user", "key"]), id: z.string(), name: z.string() }),
  openedAt: z.iso.datetime(),
  mine: z.boolean().describe("Whether whoever asks opened it, and may attach to it."),
}) satisfies z.ZodType<Shell>;
