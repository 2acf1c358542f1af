import { z } from "zod";
import { containerRef } from "./identifier.ts";
import { containerUseSchema, labelsSchema } from "./image.ts";

/** Name of a volume: the grammar of container names. */
export const volumeName = containerRef;

/** Labels that a caller sets on a new volume or network. */
export const newLabels = z
  .record(z.string().min(1).max(255), z.string().max(4_096))
  .refine((labels) => Object.keys(labels).length <= 50, "must be 50 labels at most");

/** A new volume of the local driver. Driver options are not accepted: they can mount any folder of the host. */
export const createVolumeRequest = z.strictObject({ name: volumeName, labels: newLabels.default({}) });

export const volumeSchema = z.object({
  name: z.string(),
  driver: z.string(),
  anonymous: z.boolean().describe("The Engine created and named it for a container."),
  composeProject: z.string().nullable(),
  createdAt: z.iso.datetime().nullable().describe("Null when the driver does not report it."),
  usedBy: z.array(containerUseSchema),
});
export type Volume = z.infer<typeof volumeSchema>;

/** One volume with all its properties. */
export const volumeDetailSchema = volumeSchema.extend({
  mountpoint: z.string().describe("Path on the host, or the location that the driver reports."),
  scope: z.string(),
  labels: labelsSchema,
  options: z.record(z.string(), z.string()).describe("Values of keys that name a secret are masked."),
  mounts: z
    .array(z.object({ container: z.string(), destination: z.string(), readOnly: z.boolean() }))
    .describe("Where each container mounts it."),
});
export type VolumeDetail = z.infer<typeof volumeDetailSchema>;
