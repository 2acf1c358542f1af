import { z } from "zod";
import { canSeeService } from "../../shared/protocol/access.ts";
import { ok } from "../../shared/protocol/result.ts";
import { serviceUpdateSchema } from "../../shared/protocol/update.ts";
import type { ApiDeps } from "../deps.ts";
import { createRoutes } from "../http/context.ts";
import { described } from "../http/openapi.ts";

const tag = "Updates";

/** Reads of which services have a newer image, by the last check. Changes are in `actions.ts`. */
export function updatesRoutes({ updateChecks }: Pick<ApiDeps, "updateChecks">) {
  return createRoutes().get(
    "/",
    described({
      tag,
      summary: "Which containers have a newer image",
      answer: {
        services: z.array(serviceUpdateSchema),
        everyHours: z.number().describe("Hours between two automatic checks; 0: only on demand."),
      },
    }),
    async (c) => {
      const { limits } = c.get("principal");
      const services = (await updateChecks.status()).filter(({ service }) => canSeeService(limits, service));
      return c.json(ok({ services, everyHours: updateChecks.everyHours }));
    },
  );
}
