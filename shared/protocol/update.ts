import { z } from "zod";
import { containerRef } from "./identifier.ts";

export const updateStates = ["current", "newer", "unknown", "local", "pinned"] as const;
export type UpdateState = (typeof updateStates)[number];

const time = z.iso.datetime();

/** The image a service ran before its last update. */
export const previousImageSchema = z.object({
  imageId: z.string(),
  digest: z.string().nullable(),
  replacedAt: time,
});
export type PreviousImage = z.infer<typeof previousImageSchema>;

/** Whether a newer image exists for a service. */
export const serviceUpdateSchema = z.object({
  service: z.string().describe("Name of the container."),
  reference: z
    .string()
    .nullable()
    .describe("Full reference the container was created from; null when it was created from an image id."),
  state: z
    .enum(updateStates)
    .describe(
      "`current`, `newer`: last answer of the registry; `unknown`: not checked yet, or the check failed; `local`: built or loaded on this host, no registry has it; `pinned`: referenced by digest.",
    ),
  digest: z.string().nullable().describe("Digest of the running image at the registry."),
  newest: z.string().nullable().describe("Digest the reference has at the registry now."),
  checkedAt: time.nullable(),
  problem: z.string().nullable().describe("Why the check failed."),
  composeProject: z.string().nullable(),
  previous: previousImageSchema.nullable().describe("The image that a rollback returns to."),
});
export type ServiceUpdate = z.infer<typeof serviceUpdateSchema>;

export const checkUpdatesRequest = z.strictObject({
  /** One service. Default: all that the caller can see. */
  service: containerRef.optional(),
});
