import { useDeployments, useMcpServers, useServices } from "../lib/queries.ts";

export interface Count {
  running: number;
  total: number;
  /** Something is broken: errored, unhealthy, failed. */
  failing: number;
}

const count = <T>(items: readonly T[] | undefined, runs: (item: T) => boolean, fails: (item: T) => boolean) =>
  items && { running: items.filter(runs).length, total: items.length, failing: items.filter(fails).length };

/** How many of each workload run. Undefined while unknown. */
export function createLiveCounts(): Record<"services" | "deployments" | "mcp", () => Count | undefined> {
  const services = useServices();
  const deployments = useDeployments();
  const servers = useMcpServers();
  return {
    services: () =>
      count(
        services.data?.engine.state === "up" ? services.data.services : undefined,
        (service) => service.state === "running",
        (service) => service.health === "unhealthy" || service.state === "restarting" || service.state === "dead",
      ),
    deployments: () =>
      count(
        deployments.data?.daemon.state === "up" ? deployments.data.deployments : undefined,
        (deployment) => deployment.status === "online",
        (deployment) => deployment.status === "errored" || deployment.status === "waiting restart",
      ),
    mcp: () =>
      count(
        servers.data?.servers,
        (server) => server.status === "running",
        (server) => server.status === "failed",
      ),
  };
}
