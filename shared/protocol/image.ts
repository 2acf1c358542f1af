import { z } from "zod";
import { IMAGE_REFERENCE_MAX, parseImageReference } from "./image-reference.ts";

/** What an image is pulled by, in the grammar of the distribution project and with Docker's short forms. */
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
  /** Only this name goes; the image stays while it has others. */
  reference: imageReference.optional(),
  /** Remove an image with several names, or one that a stopped container was made of. */
  force: z.stringbool().default(false),
});

/** A container that was made of an image, or has a volume or network. */
export interface ContainerUse {
  id: string;
  name: string;
  running: boolean;
}

export interface Image {
  /** `sha256:…` of its configuration. */
  id: string;
  /** Names with tags; none for what was left behind by a newer image of the same name. */
  tags: string[];
  /** Names with digests, as the registries know it. */
  digests: string[];
  /** ISO 8601. */
  createdAt: string;
  /** Bytes of all its layers, those it shares with other images included. */
  size: number;
  usedBy: ContainerUse[];
}

export interface ImageLayer {
  /** What made it; values of variables and build arguments are masked. */
  createdBy: string;
  createdAt: string | null;
  /** Bytes; 0 for a step that changed only the configuration. */
  size: number;
  comment: string;
}

/** One image in full. Of its environment only the names are sent. */
export interface ImageDetail extends Image {
  os: string;
  architecture: string;
  author: string;
  entrypoint: string[];
  command: string[];
  workingDirectory: string;
  user: string;
  environmentNames: string[];
  /** Such as `80/tcp`. */
  exposedPorts: string[];
  /** Folders that become anonymous volumes. */
  volumes: string[];
  labels: Record<string, string>;
  /** Newest first. */
  layers: ImageLayer[];
}
