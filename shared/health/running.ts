import type { Deployment } from "../protocol/deployment.ts";
import type { McpServer } from "../protocol/mcp.ts";
import type { ContainerState } from "../protocol/service.ts";

export interface RunningCount {
  running: number;
  total: number;
}

const countWhere = <T>(items: readonly T[], runs: (item: T) => boolean): RunningCount => ({
  running: items.filter(runs).length,
  total: items.length,
});

/** Whether a container counts as running: neither paused nor waiting for a restart. */
export const isRunning = ({ state }: { state: ContainerState }): boolean => state === "running";
export const countContainers = (containers: readonly { state: ContainerState }[]): RunningCount =>
  countWhere(containers, isRunning);

/** Counts running PM2 apps. An app with an instance in `errored` does not count. */
export const countDeployments = (deployments: readonly Pick<Deployment, "status">[]): RunningCount =>
  countWhere(deployments, ({ status }) => status === "online");

export const countServers = (servers: readonly { status: McpServer["status"] }[]): RunningCount =>
  countWhere(servers, ({ status }) => status === "running");

/** Counts PM2 processes: the instances of all apps. */
export function countProcesses(deployments: readonly Pick<Deployment, "instances">[]): {
  total: number;
  online: number;
} {
  const instances = deployments.flatMap((deployment) => deployment.instances);
  return { total: instances.length, online: instances.filter(({ status }) => status === "online").length };
}

/** Whether PM2 has stopped restarting an app, or restarts it again and again. */
export const isProcessFault = ({ status }: Pick<Deployment, "status">): boolean =>
  status === "errored" || status === "waiting restart";
