import { z } from "zod";
import { ok } from "../../shared/protocol/result.ts";
import { createVolumeRequest, volumeDetailSchema, volumeName, volumeSchema } from "../../shared/protocol/volume.ts";
import { requireUnlimited } from "../access/identity/unlimited.ts";
import type { ApiDeps } from "../deps.ts";
import { createRoutes } from "../http/context.ts";
import { described } from "../http/openapi.ts";
import { validated } from "../http/validate.ts";

const tag = "Volumes";
const params = z.object({ name: volumeName });

/** Volumes of the host, and who has them where. */
export function volumesRoutes({ docker: { volumes } }: Pick<ApiDeps, "docker">) {
  return createRoutes()
    .use(async (c, next) => {
      requireUnlimited(c);
      await next();
    })
    .get("/", described({ tag, summary: "List the volumes", answer: { volumes: z.array(volumeSchema) } }), async (c) =>
      c.json(ok({ volumes: await volumes.list() })),
    )
    .post(
      "/",
      described({ tag, summary: "Make a volume", answer: { volume: volumeDetailSchema }, status: 201 }),
      validated("json", createVolumeRequest),
      async (c) => {
        const wanted = c.req.valid("json");
        c.set("auditTarget", wanted.name);
        return c.json(ok({ volume: await volumes.create(wanted) }), 201);
      },
    )
    .get(
      "/:name",
      described({ tag, summary: "One volume in full", answer: { volume: volumeDetailSchema } }),
      validated("param", params),
      async (c) => c.json(ok({ volume: await volumes.detail(c.req.valid("param").name) })),
    )
    .delete(
      "/:name",
      described({ tag, summary: "Remove a volume and all that is in it" }),
      validated("param", params),
      async (c) => {
        const { name } = c.req.valid("param");
        c.set("auditTarget", name);
        await volumes.remove(name);
        return c.json(ok({}));
      },
    );
}
