import { z } from "zod";
import { imageDetailSchema, imageId, pullRequest, removeImageQuery, tagRequest } from "../../shared/protocol/image.ts";
import { familiarReference, parseImageReference } from "../../shared/protocol/image-reference.ts";
import { AppError } from "../../shared/server/errors.ts";
import { action } from "../actions/action.ts";
import { hostTarget } from "../actions/host-target.ts";

const tag = "Images";
const params = z.object({ id: imageId });

const pullImage = action({
  name: "image:pull",
  method: "POST",
  path: "/images/pull",
  title: "Pull an image",
  tag,
  permission: "docker:manage",
  hostScope: true,
  body: pullRequest,
  idempotent: true,
  mode: "enqueue",
  target: {
    resolve: ({ body }): string => {
      const parsed = parseImageReference(body.reference);
      if (!parsed) throw new AppError("invalid_input", "This is not an image reference.");
      return familiarReference(parsed);
    },
    label: (reference) => reference,
    locks: (reference) => ({ exclusive: [`image ${reference}`] }),
  },
  apply: (_input, { subject: reference, deps, job: { signal, step } }) => {
    const registryAuth = deps.registries.authFor(reference);
    return deps.docker.images.pull(reference, { signal, onStep: step, registryAuth });
  },
});

const tagImage = action({
  name: "image:tag",
  method: "POST",
  path: "/images/:id/tag",
  title: "Add a name to an image",
  tag,
  permission: "docker:manage",
  hostScope: true,
  params,
  body: tagRequest,
  mode: "respond",
  result: { image: imageDetailSchema },
  target: hostTarget(({ body }: { body: { reference: string } }) => body.reference),
  apply: async ({ params: { id }, body }, { deps }) => {
    const { images } = deps.docker;
    await images.tag(id, body.reference);
    return { image: await images.detail(id) };
  },
});

const removeImage = action({
  name: "image:remove",
  method: "DELETE",
  path: "/images/:id",
  title: "Remove an image, or one of its names",
  tag,
  permission: "docker:manage",
  hostScope: true,
  params,
  query: removeImageQuery,
  mode: "respond",
  result: {
    untagged: z.int().describe("Names that were removed."),
    deleted: z.int().describe("Images and layers that were removed."),
  },
  target: {
    resolve: ({ params: { id } }, { deps }) => deps.docker.images.identify(id),
    label: ({ tags }, { params, query }) => query.reference ?? tags[0] ?? params.id,
  },
  apply: async ({ params: { id }, query: { reference, force } }, { subject, deps }) => {
    if (reference !== undefined && !subject.tags.includes(reference)) {
      throw new AppError("not_found", "The image does not have this name.");
    }
    return deps.docker.images.remove(reference ?? id, { force });
  },
});

export const imageActions = [pullImage, tagImage, removeImage] as const;
