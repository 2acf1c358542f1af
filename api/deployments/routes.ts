import { z } from "zod";
import { canSeeDeployment } from "../../shared/protocol/access.ts";
import { deploymentSchema } from "../../shared/protocol/deployment.ts";
import { deploymentDetailsSchema } from "../../shared/protocol/deployment-details.ts";
import { pm2DaemonSchema } from "../../shared/protocol/pm2-daemon.ts";
import { ok } from "../../shared/protocol/result.ts";
import { historyQuery, processHistorySchema } from "../../shared/protocol/stats-history.ts";
import { dependencySchema } from "../../shared/protocol/system.ts";
import type { ApiDeps } from "../deps.ts";
import { createRoutes } from "../http/context.ts";
import { described } from "../http/openapi.ts";
import { validated } from "../http/validate.ts";
import { deploymentParams } from "./actions.ts";
import { findDeployment, requireVisible, visibleDaemons } from "./find.ts";

const tag = "Processes";

/** Reads of PM2 processes: `/api/deployments`. */
export function deploymentsRoutes({
  processes,
  processExits,
  panelRotation,
  stats,
}: Pick<ApiDeps, "processes" | "processExits" | "panelRotation" | "stats">) {
  return createRoutes()
    .get(
      "/",
      described({
        tag,
        summary: "List every process of PM2, of each daemon of the host",
        description:
          "`daemon` is the state of the panel's own daemon. Apps of a daemon that is not `up` are not listed.",
        answer: {
          deployments: z.array(deploymentSchema),
          daemon: dependencySchema,
          daemons: z.array(pm2DaemonSchema).describe("The panel's own first."),
          omittedDaemons: z.int().describe("Daemons beyond 20 others, which are not listed."),
        },
      }),
      async (c) => {
        const { limits } = c.get("principal");
        const { deployments, daemons, omittedDaemons, own } = await processes.survey();
        const seen = deployments.filter(({ id }) => canSeeDeployment(limits, id));
        return c.json(
          ok({
            deployments: seen,
            daemon: own,
            daemons: visibleDaemons(limits, daemons),
            omittedDaemons: limits.deployments === null ? omittedDaemons : 0,
          }),
        );
      },
    )
    .get(
      "/:id",
      described({
        tag,
        summary: "All processes of one PM2 name in its namespace",
        answer: { deployment: deploymentSchema },
      }),
      validated("param", deploymentParams),
      async (c) => {
        const { id } = c.req.valid("param");
        requireVisible(c.get("principal"), id);
        return c.json(ok({ deployment: await findDeployment(processes, id) }));
      },
    )
    .get(
      "/:id/details",
      described({
        tag,
        summary: "What PM2 and the host know about one PM2 name",
        description:
          "Names of environment variables, listening ports, custom metrics and actions, size of the logs, and how it ended while the API ran.",
        answer: { details: deploymentDetailsSchema },
      }),
      validated("param", deploymentParams),
      async (c) => {
        const { id } = c.req.valid("param");
        requireVisible(c.get("principal"), id);
        const known = await processes.details(id);
        const rotation = await panelRotation.of(id, known.logRotation);
        return c.json(ok({ details: { ...known, panelRotation: rotation, exits: processExits.of(id) } }));
      },
    )
    .get(
      "/:id/history",
      described({
        tag,
        summary: "What the processes of one PM2 name used over time",
        description: "All instances together. Averages over each point's time; they are kept 7 days.",
        answer: { history: processHistorySchema },
      }),
      validated("param", deploymentParams),
      validated("query", historyQuery),
      async (c) => {
        const { id } = c.req.valid("param");
        requireVisible(c.get("principal"), id);
        // What is no longer in PM2's list still has its history.
        if (!stats.knowsProcess(id)) await findDeployment(processes, id);
        return c.json(ok({ history: stats.ofProcess(id, c.req.valid("query").range) }));
      },
    );
}
