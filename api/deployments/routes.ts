import type { Context } from "hono";
import { z } from "zod";
import { findOtherDaemons, pm2DaemonSchema } from "../../shared/pm2/other-daemons.ts";
import { seesDeployment } from "../../shared/protocol/access.ts";
import type { Deployment, DeploymentAction } from "../../shared/protocol/deployment.ts";
import { deploymentSchema } from "../../shared/protocol/deployment.ts";
import { deploymentId } from "../../shared/protocol/identifier.ts";
import { ok } from "../../shared/protocol/result.ts";
import type { DependencyState } from "../../shared/protocol/system.ts";
import { dependencySchema } from "../../shared/protocol/system.ts";
import { UnavailableError } from "../../shared/server/dependency.ts";
import { AppError } from "../../shared/server/errors.ts";
import type { ApiDeps } from "../deps.ts";
import { type ApiEnv, createRoutes } from "../http/context.ts";
import { described } from "../http/openapi.ts";
import { validated } from "../http/validate.ts";

const tag = "Deployments";
const params = z.object({
  id: deploymentId.describe("The exact PM2 name, or `namespace/name` outside the `default` namespace."),
});

/** Processes of PM2: lists and single views, start, stop, restart, reload, delete. */
export function deploymentsRoutes({ processes, realtime }: Pick<ApiDeps, "processes" | "realtime">) {
  const find = async (c: Context<ApiEnv>, id: string): Promise<Deployment> => {
    if (!seesDeployment(c.get("principal").limits, id)) {
      throw new AppError("forbidden", "You are not allowed to see this process.");
    }
    c.set("auditTarget", id);
    const deployment = (await processes.list()).find((item) => item.id === id);
    if (!deployment) throw new AppError("not_found", "PM2 runs no process of that name.");
    return deployment;
  };

  const tell = ({ id, name }: Deployment, status: Deployment["status"] | "deleted", action: string) => {
    const timestamp = new Date().toISOString();
    realtime.emitToWS("deployments", "deployments:changed", { deploymentId: id, pm2Name: name, action, timestamp });
    realtime.emitToDeployment(id, "status", { deploymentId: id, pm2Name: name, status, timestamp });
  };

  const act = async (c: Context<ApiEnv>, id: string, action: DeploymentAction) => {
    await find(c, id);
    await processes.act(id, action);
    const deployment = await find(c, id);
    tell(deployment, deployment.status, action);
    return c.json(ok({ deployment }));
  };

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
        const { deployments, daemon } = await listOrState(processes.list);
        // Users and folders of the host are not for those who see single processes only.
        const otherDaemons = limits.deployments !== null ? [] : await findOtherDaemons(processes.home);
        const seen = deployments.filter(({ id }) => seesDeployment(limits, id));
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
      validated("param", params),
      async (c) => c.json(ok({ deployment: await find(c, c.req.valid("param").id) })),
    )
    .post(
      "/:id/start",
      described({ tag, summary: "Start what is stopped", answer: { deployment: deploymentSchema } }),
      validated("param", params),
      (c) => act(c, c.req.valid("param").id, "start"),
    )
    .post(
      "/:id/stop",
      described({ tag, summary: "Stop every process of the name", answer: { deployment: deploymentSchema } }),
      validated("param", params),
      (c) => act(c, c.req.valid("param").id, "stop"),
    )
    .post(
      "/:id/restart",
      described({ tag, summary: "Restart every process of the name", answer: { deployment: deploymentSchema } }),
      validated("param", params),
      (c) => act(c, c.req.valid("param").id, "restart"),
    )
    .post(
      "/:id/reload",
      described({
        tag,
        summary: "Reload one process after the other",
        answer: { deployment: deploymentSchema },
        description: "Without a moment of absence in cluster mode; a restart in fork mode.",
      }),
      validated("param", params),
      (c) => act(c, c.req.valid("param").id, "reload"),
    )
    .delete(
      "/:id",
      described({ tag, summary: "Stop every process of the name and take it from PM2's list" }),
      validated("param", params),
      async (c) => {
        const deployment = await find(c, c.req.valid("param").id);
        await processes.remove(deployment.id);
        tell(deployment, "deleted", "delete");
        return c.json(ok({}));
      },
    );
}

/** A daemon that does not run is a state shown beside an empty list, and no error. */
async function listOrState(
  list: () => Promise<Deployment[]>,
): Promise<{ deployments: Deployment[]; daemon: DependencyState }> {
  try {
    return { deployments: await list(), daemon: { state: "up" } };
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error;
    return { deployments: [], daemon: { state: error.state, hint: error.message } };
  }
}
