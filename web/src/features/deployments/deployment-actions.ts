import type { Deployment, DeploymentAction } from "../../../../shared/protocol/deployment.ts";
import type { ProcessSignal } from "../../../../shared/protocol/deployment-limits.ts";
import type { Job } from "../../../../shared/protocol/job.ts";
import { api } from "../../lib/api.ts";
import { formatBytes } from "../../lib/format.ts";
import { useJobs } from "../../lib/jobs/jobs.ts";
import { queryKeys, useInvalidate } from "../../lib/queries.ts";
import { createResourceActions } from "../../resource/resource-actions.ts";
import { confirm } from "../../ui/index.ts";
import { actionLabels, type DeploymentActionName, deploymentName } from "./deployment-list.ts";
import { confirmMessages } from "./messages.ts";

/** Asks before a deletion, and before a restart that makes this panel unavailable. */
async function isConfirmed(deployment: Deployment, action: DeploymentActionName): Promise<boolean> {
  const name = deploymentName(deployment);
  if (action === "delete") {
    return confirm({
      title: confirmMessages.deleteTitle(name),
      body: confirmMessages.deleteBody(name),
      action: confirmMessages.deleteAction,
      danger: true,
    });
  }
  if (!deployment.own || action !== "restart") return true;
  return confirm({
    title: confirmMessages.ownTitle(actionLabels[action].verb),
    body: confirmMessages.ownRestart(name),
    action: actionLabels[action].verb,
    danger: true,
  });
}

/** Everything that is done with a deployment, one action at a time for each. */
export function createDeploymentActions() {
  const jobs = useJobs();
  const invalidate = useInvalidate();
  const { pending, run, runJob } = createResourceActions<
    Pick<Deployment, "id" | "name" | "namespace">,
    DeploymentActionName
  >({
    id: ({ id }) => id,
    done: (deployment, action) => `${deploymentName(deployment)} ${actionLabels[action].done}`,
    refetch: () => Promise.all([queryKeys.deployments, queryKeys.processList].map((key) => invalidate(key))),
    followJob: (job: Job) => jobs.started(job),
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
    /** Deletes without a question, for several that were asked about together. */
    removeAsked: (deployment: Deployment) => run(deployment, "delete", () => api.deployments.remove(deployment.id)),
    scale: (deployment: Deployment, instances: number) =>
      runJob(deployment, "scale", () => api.deployments.scale(deployment.id, instances)),
    signal: (deployment: Deployment, signal: ProcessSignal) =>
      run(deployment, "signal", () => api.deployments.signal(deployment.id, signal)),
    reset: (deployment: Deployment) => run(deployment, "reset", () => api.deployments.reset(deployment.id)),
    /** Asks first, and names the size of the files. */
    async flush(deployment: Deployment): Promise<void> {
      const name = deploymentName(deployment);
      const bytes = await api.deployments.details(deployment.id).then(
        ({ logBytes }) => logBytes,
        () => null,
      );
      const yes = await confirm({
        title: confirmMessages.flushTitle(name),
        body: confirmMessages.flushBody(bytes === null ? null : formatBytes(bytes)),
        action: actionLabels.flush.verb,
        danger: true,
      });
      if (yes) await run(deployment, "flush", () => api.deployments.flush(deployment.id));
    },
  };
}

export type DeploymentActions = ReturnType<typeof createDeploymentActions>;
