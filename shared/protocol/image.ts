import { z } from "zod";
import { IMAGE_REFERENCE_MAX, parseImageReference } from "./image-reference.ts";

/** Reference that an image is pulled by: the grammar of the distribution project, with the short forms of Docker. */
export const imageReference = z
  .string()
  .min(1)
  .max(IMAGE_REFERENCE_MAX)
  .refine((text) => parseImageReference(text) !== undefined, "must be an image reference such as nginx:1.27");

/** Full id of an image. */
export const imageId = z.string().regex(/^sha256:[0-9a-f]{64}$/, "must be the full id of an image");

export const pullRequest = z.strictObject({ reference: imageReference });
export const tagRequest = z.strictObject({ reference: imageReference });
export const removeImageQuery = z.strictObject({
  /** Removes only this name; the image stays while it has others. */
  reference: imageReference.optional(),
  /** Removes an image that has several names, or that a stopped container uses. */
  force: z.stringbool().default(false),
});

const time = z.iso.datetime();

/** A container that uses an image, volume or network. */
export const containerUseSchema = z.object({ id: z.string(), name: z.string(), running: z.boolean() });
export type ContainerUse = z.infer<typeof containerUseSchema>;

/** Labels of an image, volume or network. */
export const labelsSchema = z.record(z.string(), z.string()).describe("Values of keys that name a secret are masked.");

export const imageSchema = z.object({
  id: z.string().describe("`sha256:…` of its configuration."),
  tags: z.array(z.string()).describe("Names with tags; empty when a newer image took the name."),
  digests: z.array(z.string()).describe("Names with digests at the registries."),
  createdAt: time,
  size: z.int().describe("Bytes of all layers, including those that other images share."),
  usedBy: z.array(containerUseSchema),
});
export type Image = z.infer<typeof imageSchema>;

export const imageLayerSchema = z.object({
  createdBy: z.string().describe("Build step; values of variables and build arguments are masked."),
  createdAt: time.nullable(),
  size: z.int().describe("Bytes; 0 for a step that changed only the configuration."),
  comment: z.string(),
});
export type ImageLayer = z.infer<typeof imageLayerSchema>;

/** One image with all its properties. */
export const imageDetailSchema = imageSchema.extend({
  os: z.string(),
  architecture: z.string(),
  author: z.string(),
  entrypoint: z.array(z.string()),
  command: z.array(z.string()).describe("Values that look like secrets are masked."),
  workingDirectory: z.string(),
  user: z.string(),
  environmentNames: z.array(z.string()).describe("Names only: values are never sent."),
  exposedPorts: z.array(z.string()).describe("Such as `80/tcp`."),
  volumes: z.array(z.string()).describe("Folders that become anonymous volumes."),
  labels: labelsSchema,
  layers: z.array(imageLayerSchema).describe("Newest first."),
});
export type ImageDetail = z.infer<typeof imageDetailSchema>;
