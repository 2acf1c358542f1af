import type { Deployment, DeploymentAction } from "../../../../shared/protocol/deployment.ts";
import { api } from "../../lib/api.ts";
import { queryKeys, useInvalidate } from "../../lib/queries.ts";
import { createResourceActions } from "../../resource/resource-actions.ts";
import { confirm } from "../../ui/index.ts";
import { actionLabels, type DeploymentActionName, deploymentName } from "./deployment-list.ts";
import { confirmMessages } from "./messages.ts";

/** Asks before a deletion, and before an action that makes this panel unavailable. */
async function isConfirmed(deployment: Deployment, action: DeploymentActionName): Promise<boolean> {
  const name = deploymentName(deployment);
  if (action === "delete") {
    return confirm({
      title: confirmMessages.deleteTitle(name),
      body: confirmMessages.deleteBody(name),
      action: confirmMessages.deleteAction,
      danger: true,
      typed: deployment.own ? deployment.name : undefined,
    });
  }
  if (!deployment.own || action === "start" || action === "reload") return true;
  return confirm({
    title: confirmMessages.ownTitle(actionLabels[action].verb),
    body: action === "stop" ? confirmMessages.ownStop(name) : confirmMessages.ownRestart(name),
    action: actionLabels[action].verb,
    danger: true,
  });
}

/** Start, stop, restart, reload and delete, one at a time for each deployment. */
export function createDeploymentActions() {
  const invalidate = useInvalidate();
  const { pending, run } = createResourceActions<Pick<Deployment, "id" | "name" | "namespace">, DeploymentActionName>({
    id: ({ id }) => id,
    done: (deployment, action) => `${deploymentName(deployment)} ${actionLabels[action].done}`,
    refetch: () => invalidate(queryKeys.deployments),
  });
  const confirmAndRun = async (deployment: Deployment, action: DeploymentActionName, work: () => Promise<unknown>) => {
    if (await isConfirmed(deployment, action)) await run(deployment, action, work);
  };
  return {
    pending,
    act: (deployment: Deployment, action: DeploymentAction) =>
      confirmAndRun(deployment, action, () => api.deployments.act(deployment.id, action)),
    remove: (deployment: Deployment) =>
      confirmAndRun(deployment, "delete", () => api.deployments.remove(deployment.id)),
  };
}

export type DeploymentActions = ReturnType<typeof createDeploymentActions>;
