import { z } from "zod";
import { ok } from "../../shared/protocol/result.ts";
import { dependenciesSchema } from "../../shared/protocol/system.ts";
import { AppError, toFailure } from "../../shared/server/errors.ts";
import type { ApiDeps } from "../deps.ts";
import { createRoutes } from "../http/context.ts";
import type { ApiMetrics } from "../http/metrics.ts";
import { described } from "../http/openapi.ts";
import { messages } from "./messages.ts";

const tag = "Operation";

/** State and metrics of the process, for monitoring. */
export const healthRoutes = (
  { dependencies, database, log }: Pick<ApiDeps, "dependencies" | "database" | "log">,
  metrics: ApiMetrics,
) => {
  const isDatabaseUp = (): boolean => {
    try {
      return database.prepare("SELECT 1").get() !== undefined;
    } catch (error) {
      log.error({ err: error }, "the database does not respond");
      return false;
    }
  };

  return createRoutes()
    .get("/health", described({ tag, summary: "The process is up", answer: { status: z.literal("healthy") } }), (c) =>
      c.json(ok({ status: "healthy" as const })),
    )
    .get(
      "/ready",
      described({
        tag,
        summary: "The process is ready",
        description: "503 without its database or the realtime server. Docker and PM2 may be absent.",
        answer: { status: z.literal("ready"), dependencies: dependenciesSchema },
      }),
      async (c) => {
        const states = await dependencies.states();
        if (isDatabaseUp() && states.realtime.state === "up") {
          return c.json(ok({ status: "ready" as const, dependencies: states }));
        }
        const error = new AppError("upstream_unavailable", messages.notReady);
        return c.json({ ...toFailure(error, c.get("requestId")), dependencies: states }, 503);
      },
    )
    .get(
      "/metrics",
      described({ tag, summary: "Metrics of the process, for Prometheus", media: "text/plain" }),
      async (c) => c.body(await metrics.text(), 200, { "Content-Type": metrics.contentType }),
    );
};
