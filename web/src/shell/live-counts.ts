import { needsAttention } from "../../../shared/health/container-status.ts";
import { countContainers, countDeployments, countServers, isProcessFault } from "../../../shared/health/running.ts";
import { useNow } from "../lib/now.ts";
import { useDeployments, useMcpServers, useServices } from "../lib/queries.ts";

export interface Count {
  running: number;
  total: number;
  /** Something is broken: errored, unhealthy, failed. */
  failing: number;
}

const failing = <T>(items: readonly T[], fails: (item: T) => boolean) => items.filter(fails).length;

/** How many of each workload run. Undefined while unknown. */
export function createLiveCounts(): Record<"services" | "deployments" | "mcp", () => Count | undefined> {
  const services = useServices();
  const now = useNow();
  const deployments = useDeployments();
  const servers = useMcpServers();
  return {
    services: () => {
      if (services.data?.engine.state !== "up") return undefined;
      const all = services.data.services;
      return { ...countContainers(all), failing: failing(all, (service) => needsAttention(service, now())) };
    },
    deployments: () => {
      if (deployments.data?.daemon.state !== "up") return undefined;
      const all = deployments.data.deployments;
      return { ...countDeployments(all), failing: failing(all, isProcessFault) };
    },
    mcp: () => {
      const all = servers.data?.servers;
      return all && { ...countServers(all), failing: failing(all, ({ status }) => status === "failed") };
    },
  };
}
