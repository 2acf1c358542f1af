import { z } from "zod";
import {
  imageDetailSchema,
  imageId,
  imageSchema,
  pullRequest,
  removeImageQuery,
  tagRequest,
} from "../../shared/protocol/image.ts";
import { familiarReference, parseImageReference } from "../../shared/protocol/image-reference.ts";
import { jobSchema } from "../../shared/protocol/job.ts";
import { ok } from "../../shared/protocol/result.ts";
import { AppError } from "../../shared/server/errors.ts";
import { requireUnlimited } from "../access/identity/unlimited.ts";
import type { ApiDeps } from "../deps.ts";
import { createRoutes } from "../http/context.ts";
import { described } from "../http/openapi.ts";
import { validated } from "../http/validate.ts";
import { beginJob } from "../jobs/start-job.ts";

const tag = "Images";
const params = z.object({ id: imageId });

/** Images of the host: what they are made of and who uses them; pull, tag, remove. */
export function imagesRoutes({
  docker: { images },
  jobs,
  registries,
}: Pick<ApiDeps, "docker" | "jobs" | "registries">) {
  return createRoutes()
    .use(async (c, next) => {
      requireUnlimited(c);
      await next();
    })
    .get("/", described({ tag, summary: "List the images", answer: { images: z.array(imageSchema) } }), async (c) =>
      c.json(ok({ images: await images.list() })),
    )
    .post(
      "/pull",
      described({ tag, summary: "Pull an image", answer: { job: jobSchema }, status: 202 }),
      validated("json", pullRequest),
      (c) => {
        const parsed = parseImageReference(c.req.valid("json").reference);
        if (!parsed) throw new AppError("invalid_input", "This is not an image reference.");
        const reference = familiarReference(parsed);
        const job = beginJob(c, jobs, {
          kind: "image:pull",
          target: reference,
          keys: { own: [`image ${reference}`] },
          run: async ({ signal, step }) => {
            const registryAuth = registries.authFor(reference);
            return { ...(await images.pull(reference, { signal, onStep: step, registryAuth })) };
          },
        });
        return c.json(ok({ job }), 202);
      },
    )
    .get(
      "/:id",
      described({ tag, summary: "One image in full, its layers included", answer: { image: imageDetailSchema } }),
      validated("param", params),
      async (c) => c.json(ok({ image: await images.detail(c.req.valid("param").id) })),
    )
    .post(
      "/:id/tag",
      described({ tag, summary: "Give an image one more name", answer: { image: imageDetailSchema } }),
      validated("param", params),
      validated("json", tagRequest),
      async (c) => {
        const { id } = c.req.valid("param");
        const { reference } = c.req.valid("json");
        c.set("auditTarget", reference);
        await images.tag(id, reference);
        return c.json(ok({ image: await images.detail(id) }));
      },
    )
    .delete(
      "/:id",
      described({ tag, summary: "Remove an image, or one of its names" }),
      validated("param", params),
      validated("query", removeImageQuery),
      async (c) => {
        const { id } = c.req.valid("param");
        const { reference, force } = c.req.valid("query");
        const image = await images.identify(id);
        c.set("auditTarget", reference ?? image.tags[0] ?? id);
        if (reference !== undefined && !image.tags.includes(reference)) {
          throw new AppError("not_found", "The image does not have this name.");
        }
        return c.json(ok(await images.remove(reference ?? id, { force })));
      },
    );
}
