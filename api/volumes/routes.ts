import { z } from "zod";
import { ok } from "../../shared/protocol/result.ts";
import { volumeDetailSchema, volumeName, volumeSchema } from "../../shared/protocol/volume.ts";
import type { ApiDeps } from "../deps.ts";
import { createRoutes } from "../http/context.ts";
import { described } from "../http/openapi.ts";
import { validated } from "../http/validate.ts";

const tag = "Volumes";
const params = z.object({ name: volumeName });

/** Reads of the volumes of the host and their users. Changes are in `actions.ts`. */
export function volumesRoutes({ docker: { volumes } }: Pick<ApiDeps, "docker">) {
  return createRoutes()
    .get("/", described({ tag, summary: "List the volumes", answer: { volumes: z.array(volumeSchema) } }), async (c) =>
      c.json(ok({ volumes: await volumes.list() })),
    )
    .get(
      "/:name",
      described({ tag, summary: "One volume in full", answer: { volume: volumeDetailSchema } }),
      validated("param", params),
      async (c) => c.json(ok({ volume: await volumes.detail(c.req.valid("param").name) })),
    );
}
