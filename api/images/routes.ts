import { z } from "zod";
import { imageDetailSchema, imageId, imageSchema } from "../../shared/protocol/image.ts";
import { ok } from "../../shared/protocol/result.ts";
import type { ApiDeps } from "../deps.ts";
import { createRoutes } from "../http/context.ts";
import { described } from "../http/openapi.ts";
import { validated } from "../http/validate.ts";

const tag = "Images";
const params = z.object({ id: imageId });

/** Reads of the images of the host, with their layers and users. Changes are in `actions.ts`. */
export function imagesRoutes({ docker: { images } }: Pick<ApiDeps, "docker">) {
  return createRoutes()
    .get("/", described({ tag, summary: "List the images", answer: { images: z.array(imageSchema) } }), async (c) =>
      c.json(ok({ images: await images.list() })),
    )
    .get(
      "/:id",
      described({ tag, summary: "One image in full, its layers included", answer: { image: imageDetailSchema } }),
      validated("param", params),
      async (c) => c.json(ok({ image: await images.detail(c.req.valid("param").id) })),
    );
}
