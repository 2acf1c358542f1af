import { z } from "zod";
import { canSeeService } from "../../shared/protocol/access.ts";
import { containerRef } from "../../shared/protocol/identifier.ts";
import { ok } from "../../shared/protocol/result.ts";
import { historyQuery, serviceHistorySchema, systemHistorySchema } from "../../shared/protocol/stats-history.ts";
import { UnavailableError } from "../../shared/server/dependency.ts";
import { AppError } from "../../shared/server/errors.ts";
import type { ApiDeps } from "../deps.ts";
import { createRoutes } from "../http/context.ts";
import { described } from "../http/openapi.ts";
import { validated } from "../http/validate.ts";
import { hidden } from "../services/service-access.ts";

const params = z.object({ id: containerRef.describe("Full id or exact name of the container, which may be gone.") });
const description = "Averages over each point's time; they are kept 7 days, and get coarser with age.";

export function serviceHistoryRoutes({ docker, stats }: Pick<ApiDeps, "docker" | "stats">) {
  return createRoutes().get(
    "/:id/history",
    described({
      tag: "Containers",
      summary: "What a container used over time",
      description,
      answer: { history: serviceHistorySchema },
    }),
    validated("param", params),
    validated("query", historyQuery),
    async (c) => {
      const { id } = c.req.valid("param");
      const { limits } = c.get("principal");
      const name = await docker.identify(id).then(
        (container) => container.name,
        (error: unknown) => {
          // A container that is removed or cannot be inspected now still has its history.
          const passes = error instanceof UnavailableError || (error instanceof AppError && error.code === "not_found");
          if (passes && canSeeService(limits, id) && stats.knows(id)) return id;
          throw limits.services !== null && !(error instanceof UnavailableError) ? hidden() : error;
        },
      );
      if (!canSeeService(limits, name)) throw hidden();
      return c.json(ok({ history: stats.ofService(name, c.req.valid("query").range) }));
    },
  );
}

export function systemHistoryRoutes({ stats }: Pick<ApiDeps, "stats">) {
  return createRoutes().get(
    "/history",
    described({
      tag: "System",
      summary: "What the host used over time",
      description,
      answer: { history: systemHistorySchema },
    }),
    validated("query", historyQuery),
    (c) => c.json(ok({ history: stats.ofHost(c.req.valid("query").range) })),
  );
}
