import { z } from "zod";
import { nameOfDeployment } from "../../shared/pm2/deployment-id.ts";
import { type Deployment, type DeploymentAction, deploymentSchema } from "../../shared/protocol/deployment.ts";
import { deploymentId } from "../../shared/protocol/identifier.ts";
import { type ActionContext, type ActionTarget, type ApplyContext, action } from "../actions/action.ts";
import { findDeployment, requireVisible } from "./find.ts";

export const deploymentParams = z.object({
  id: deploymentId.describe("The exact PM2 name, or `namespace/name` outside the `default` namespace."),
});

/** Notifies the namespace of a changed list, and the room of the processes of their status. */
function notifyChange(
  { realtime }: ActionContext["deps"],
  id: string,
  status: Deployment["status"] | "deleted",
  verb: string,
): void {
  const timestamp = new Date().toISOString();
  const names = { deploymentId: id, pm2Name: nameOfDeployment(id) };
  realtime.emitToWS("deployments", "deployments:changed", { ...names, action: verb, timestamp });
  realtime.emitToDeployment(id, "status", { ...names, status, timestamp });
}

/** All processes of one id, which the audit trail names also when PM2 has none of them. */
const processTarget: ActionTarget<{ params: { id: string } }, string> = {
  resolve({ params: { id } }, { principal }) {
    requireVisible(principal, id);
    return id;
  },
  label: (id) => id,
  processes: (id) => [id],
  notify({ verb, subject: id, result }, { deps }) {
    const deployment = result?.deployment as Deployment | undefined;
    if (deployment) notifyChange(deps, id, deployment.status, verb);
  },
};

const act =
  (verb: DeploymentAction) =>
  async (_input: unknown, { subject: id, deps: { processes } }: ApplyContext<string>) => {
    await findDeployment(processes, id);
    await processes.act(id, verb);
    return { deployment: await findDeployment(processes, id) };
  };

const onProcesses = { tag: "Processes", params: deploymentParams, mode: "respond", target: processTarget } as const;
/** An action that leaves the processes in place, and responds with their new state. */
const control = {
  ...onProcesses,
  permission: "deployments:control",
  result: { deployment: deploymentSchema },
} as const;

const startDeployment = action({
  ...control,
  name: "deployment:start",
  method: "POST",
  path: "/deployments/:id/start",
  title: "Start what is stopped",
  apply: act("start"),
});

const stopDeployment = action({
  ...control,
  name: "deployment:stop",
  method: "POST",
  path: "/deployments/:id/stop",
  title: "Stop every process of the name",
  apply: act("stop"),
});

const restartDeployment = action({
  ...control,
  name: "deployment:restart",
  method: "POST",
  path: "/deployments/:id/restart",
  title: "Restart every process of the name",
  apply: act("restart"),
});

const reloadDeployment = action({
  ...control,
  name: "deployment:reload",
  method: "POST",
  path: "/deployments/:id/reload",
  title: "Reload one process after the other",
  description: "Without downtime in cluster mode; a restart in fork mode.",
  apply: act("reload"),
});

const removeDeployment = action({
  ...onProcesses,
  name: "deployment:remove",
  method: "DELETE",
  path: "/deployments/:id",
  title: "Stop every process of the name and remove it from the list of PM2",
  permission: "deployments:remove",
  apply: async (_input, { subject: id, deps: { processes } }) => {
    await findDeployment(processes, id);
    await processes.remove(id);
    return {};
  },
  notify: ({ subject: id, error }, { deps }) => {
    if (error === undefined) notifyChange(deps, id, "deleted", "delete");
  },
});

export const deploymentActions = [
  startDeployment,
  stopDeployment,
  restartDeployment,
  reloadDeployment,
  removeDeployment,
] as const;
