import { z } from "zod";
import { imageDetailSchema, imageId, pullRequest, removeImageQuery, tagRequest } from "../../shared/protocol/image.ts";
import { familiarReference, parseImageReference } from "../../shared/protocol/image-reference.ts";
import { AppError } from "../../shared/server/errors.ts";
import { action } from "../actions/action.ts";
import { dockerHostRights, hostTarget } from "../actions/host-target.ts";
import { messages } from "./messages.ts";

const manage = { ...dockerHostRights, tag: "Images" } as const;
const params = z.object({ id: imageId });

const pullImage = action({
  ...manage,
  name: "image:pull",
  method: "POST",
  path: "/images/pull",
  title: "Pull an image",
  body: pullRequest,
  idempotent: true,
  mode: "enqueue",
  target: {
    resolve: ({ body }): string => {
      const parsed = parseImageReference(body.reference);
      if (!parsed) throw new AppError("invalid_input", messages.invalidReference);
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
  ...manage,
  name: "image:tag",
  method: "POST",
  path: "/images/:id/tag",
  title: "Add a name to an image",
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
  ...manage,
  name: "image:remove",
  method: "DELETE",
  path: "/images/:id",
  title: "Remove an image, or one of its names",
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
      throw new AppError("not_found", messages.noSuchName);
    }
    return deps.docker.images.remove(reference ?? id, { force });
  },
});

export const imageActions = [pullImage, tagImage, removeImage] as const;
