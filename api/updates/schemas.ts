import { z } from "zod";
import { type ServiceUpdate, updateStates } from "../../shared/protocol/update.ts";

export const serviceUpdateSchema = z.object({
  service: z.string().describe("Name of the container."),
  reference: z.string().nullable(),
  state: z
    .enum(updateStates)
    .describe("As the registry said; local: no registry knows the image; pinned: named by its digest."),
  digest: z.string().nullable(),
  newest: z.string().nullable(),
  checkedAt: z.iso.datetime().nullable(),
  problem: z.string().nullable().describe("Why the registry could not be asked."),
  composeProject: z.string().nullable(),
  previous: z
    .object({ imageId: z.string(), digest: z.string().nullable(), replacedAt: z.iso.datetime() })
    .nullable()
    .describe("What going back leads to."),
}) satisfies z.ZodType<ServiceUpdate>;
