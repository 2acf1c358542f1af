import type { DeploymentLogs, DeploymentRef, DeploymentsServerToClient } from "../../protocol/events/deployments.ts";
import type { Connection } from "./connection.ts";
import type { Stop } from "./listeners.ts";
import { createLogTopic, DEFAULT_TAIL, type LogListener, type LogOptions } from "./log-topic.ts";
import { keyOf, type NamespaceWatch, watchNamespace } from "./namespace-events.ts";
import { createTopics } from "./topics.ts";

/** Processes of PM2: `/deployments`. */
export interface DeploymentsWatch extends NamespaceWatch<DeploymentsServerToClient> {
  /**
   * Follows the log of a process.
   * @param deploymentId id of the deployment, or the caller's own name for the subscription
   * @param pm2Name name of the process
   */
  subscribeLogs(
    deploymentId: string,
    pm2Name: string,
    onLogs: (logs: DeploymentLogs) => void,
    options?: LogOptions,
  ): Stop;
}

export function createDeploymentsWatch(connection: Connection): DeploymentsWatch {
  const logs = createTopics<LogListener<DeploymentLogs>>(connection, "deployments");
  const { on, onConnect } = watchNamespace<DeploymentsServerToClient>(connection, "deployments");
  return {
    subscribeLogs: (deploymentId, pm2Name, onLogs, { tail = DEFAULT_TAIL, ...handlers } = {}) =>
      logs.listen(keyOf(deploymentId, pm2Name), { onLogs, ...handlers }, () =>
        createLogTopic<DeploymentRef, DeploymentLogs>({ ref: { deploymentId, pm2Name }, tail }),
      ),
    on,
    onConnect,
  };
}
