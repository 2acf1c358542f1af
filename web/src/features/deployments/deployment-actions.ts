import type { Deployment, DeploymentAction } from "../../../../shared/protocol/deployment.ts";
import { api } from "../../lib/api.ts";
import { createPendingActions } from "../../lib/pending-actions.ts";
import { invalidate, queryKeys } from "../../lib/queries.ts";
import { confirm, toast } from "../../ui/index.ts";
import { type DeploymentDeed, deedWords, labelOf } from "./deployment-list.ts";

/** What would take the panel away from under the person is asked about first. */
async function agreed(deployment: Deployment, deed: DeploymentDeed): Promise<boolean> {
  const name = labelOf(deployment);
  if (deed === "delete") {
    return confirm({
      title: `Delete ${name}?`,
      body: `PM2 stops ${name} and forgets it: its processes, their settings and their restart count. Its files and logs stay on the disk.`,
      action: "Delete deployment",
      danger: true,
      ...(deployment.own && { typed: deployment.name }),
    });
  }
  if (!deployment.own || deed === "start" || deed === "reload") return true;
  return confirm({
    title: `${deedWords[deed].verb} a part of this panel?`,
    body:
      deed === "stop"
        ? `${name} serves this very page. Once it is stopped, it has to be started again on the server itself.`
        : `${name} serves this very page: it will be away for a moment.`,
    action: deedWords[deed].verb,
    danger: true,
  });
}

/** Start, stop, restart, reload and delete, one at a time for each deployment. */
export function createDeploymentDeeds() {
  const pending = createPendingActions<DeploymentDeed>();
  async function run(deployment: Deployment, deed: DeploymentDeed, work: () => Promise<unknown>): Promise<void> {
    if (!(await agreed(deployment, deed))) return;
    await pending.run(
      deployment.id,
      deed,
      async () => {
        await work();
        toast.success(`${labelOf(deployment)} ${deedWords[deed].done}`);
        await invalidate(queryKeys.deployments);
      },
      (error) => {
        toast.error(error);
        void invalidate(queryKeys.deployments);
      },
    );
  }
  return {
    pending: (deployment: Pick<Deployment, "id">) => pending.of(deployment.id),
    act: (deployment: Deployment, action: DeploymentAction) =>
      run(deployment, action, () => api.deployments.act(deployment.id, action)),
    remove: (deployment: Deployment) => run(deployment, "delete", () => api.deployments.remove(deployment.id)),
  };
}

export type DeploymentDeeds = ReturnType<typeof createDeploymentDeeds>;
