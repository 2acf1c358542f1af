import { z } from "zod";
import { findOtherDaemons, pm2DaemonSchema } from "../../shared/pm2/other-daemons.ts";
import { canSeeDeployment } from "../../shared/protocol/access.ts";
import { deploymentSchema } from "../../shared/protocol/deployment.ts";
import { ok } from "../../shared/protocol/result.ts";
import { dependencySchema } from "../../shared/protocol/system.ts";
import { listOrState } from "../../shared/server/dependency.ts";
import type { ApiDeps } from "../deps.ts";
import { createRoutes } from "../http/context.ts";
import { described } from "../http/openapi.ts";
import { validated } from "../http/validate.ts";
import { deploymentParams } from "./actions.ts";
import { findDeployment, requireVisible } from "./find.ts";

const tag = "Processes";

/** Reads of PM2 processes: `/api/deployments`. */
export function deploymentsRoutes({ processes }: Pick<ApiDeps, "processes">) {
  return createRoutes()
    .get(
      "/",
      described({
        tag,
        summary: "List every process of PM2",
        answer: {
          deployments: z.array(deploymentSchema),
          daemon: dependencySchema,
          otherDaemons: z.array(pm2DaemonSchema),
        },
      }),
      async (c) => {
        const { limits } = c.get("principal");
        const { items, state: daemon } = await listOrState(processes.list);
        // Users and folders of the host are not for those who see single processes only.
        const otherDaemons = limits.deployments !== null ? [] : await findOtherDaemons(processes.home);
        const seen = items.filter(({ id }) => canSeeDeployment(limits, id));
        return c.json(ok({ deployments: seen, daemon, otherDaemons }));
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
      "/:id/logs",
      described({
        tag,
        summary: "Size of the log files of one PM2 name",
        answer: {
          logs: z.object({ bytes: z.int().nullable().describe("Null if the panel may not read one of the files.") }),
        },
      }),
      validated("param", deploymentParams),
      async (c) => {
        const { id } = c.req.valid("param");
        requireVisible(c.get("principal"), id);
        return c.json(ok({ logs: { bytes: await processes.logSize(id) } }));
      },
    );
}
