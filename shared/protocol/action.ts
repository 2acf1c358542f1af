import { z } from "zod";

/** An action that the caller may perform: one route that changes something. */
export const offeredActionSchema = z.object({
  name: z.string().describe("As in the audit trail and in jobs: `service:restart`."),
  target: z.string().describe("Kind of what it changes: the part of the name before the colon."),
  title: z.string(),
  area: z.string().describe("Area of the API reference."),
  method: z.enum(["POST", "PUT", "PATCH", "DELETE"]),
  path: z.string().describe("Below `/api`, with the parameters that name the target as `:id`."),
  proof: z.boolean().describe("Requires a recent proof of identity."),
  input: z
    .record(z.string(), z.unknown())
    .nullable()
    .describe("JSON Schema of the body; null if the action needs nothing but its target."),
});

export type OfferedAction = z.infer<typeof offeredActionSchema>;
