import { z } from "zod";

/** What an administrator sets up in the first hour, in the order of the page. */
export const stepIds = ["docker", "compose", "pm2", "nginx", "second-factor", "alerts", "files", "mcp"] as const;
export type StepId = (typeof stepIds)[number];

export const stepSchema = z.object({
  id: z.enum(stepIds),
  state: z
    .enum(["done", "todo", "optional", "unknown"])
    .describe(
      "`todo`: something is missing that most installations need; `optional`: not there, and not needed by the rest; `unknown`: it did not answer in time.",
    ),
  detail: z.string().describe("What was found, in one or two sentences."),
  command: z
    .string()
    .nullable()
    .describe(
      "The command for root that changes this; null where none is known to work on this system. The panel never runs it.",
    ),
});
export type Step = z.infer<typeof stepSchema>;

export const gettingStartedSchema = z.object({
  steps: z.array(stepSchema),
  dismissed: z.boolean().describe("An administrator put the list away."),
});
export type GettingStarted = z.infer<typeof gettingStartedSchema>;

/** `PUT /api/getting-started`. */
export const gettingStartedBody = z.strictObject({ dismissed: z.boolean() });
