import {
  countContainers,
  countDeployments,
  countServers,
  type RunningCount,
} from "../../../../shared/health/running.ts";
import type { Deployment } from "../../../../shared/protocol/deployment.ts";
import type { McpServer } from "../../../../shared/protocol/mcp.ts";
import type { Service } from "../../../../shared/protocol/service.ts";
import type { UsageTrend, UsageTrends } from "../../../../shared/protocol/watch.ts";
import type { Tone } from "../../ui/Badge.tsx";
import { deploymentName, statusDisplay as processDisplay, totalsOf } from "../deployments/deployment-list.ts";
import { statusDisplay as serverDisplay } from "../mcp/servers/server-status.ts";
import { statusDisplay as serviceDisplay } from "../services/service-state.ts";
import { workloadMessages as texts } from "./messages.ts";
import type { WorkloadTarget } from "./target-actions.ts";

/** One container, process or MCP server of the list. */
export interface Workload {
  id: string;
  name: string;
  href: string;
  target: WorkloadTarget;
  display: { tone: Tone; pulse: boolean; text: string };
  /** Percent of one core; undefined while it does not run, and until it is measured. */
  cpu: number | undefined;
  memory: number | undefined;
  trend: UsageTrend | undefined;
  /** Undefined while unknown, and for what is never restarted. */
  restarts: number | undefined;
  /** Milliseconds since the epoch; null while it does not run. */
  since: number | null;
}

export interface WorkloadGroup {
  id: string;
  title: string;
  count: RunningCount;
  items: Workload[];
}

export interface WorkloadLists {
  services: readonly Service[];
  deployments: readonly Deployment[];
  servers: readonly McpServer[];
  trends: UsageTrends | null | undefined;
  /** Milliseconds since the epoch. */
  now: number;
}

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });
const byName = (a: Workload, b: Workload) => collator.compare(a.name, b.name);

/** Containers by project, then containers without one, processes and MCP servers. Groups without an item are left out. */
export function toWorkloads({ services, deployments, servers, trends, now }: WorkloadLists): WorkloadGroup[] {
  const containerTrends = new Map(trends?.containers.map((trend) => [trend.name, trend]));
  const processTrends = new Map(trends?.processes.map((trend) => [trend.name, trend]));
  const projects = [...Map.groupBy(services, ({ composeProject }) => composeProject)]
    .map(([project, members]) => ({
      id: `project:${project ?? ""}`,
      title: project ?? texts.other,
      isLast: project === null,
      count: countContainers(members),
      items: members.map((service) => ofService(service, containerTrends.get(service.name), now)),
    }))
    .sort((a, b) => Number(a.isLast) - Number(b.isLast) || collator.compare(a.title, b.title));
  return [
    ...projects,
    {
      id: "processes",
      title: texts.processes,
      count: countDeployments(deployments),
      items: deployments.map((deployment) => ofDeployment(deployment, processTrends.get(deployment.id))),
    },
    { id: "mcp", title: texts.servers, count: countServers(servers), items: servers.map(ofServer) },
  ]
    .filter(({ items }) => items.length > 0)
    .map(({ id, title, count, items }) => ({ id, title, count, items: items.sort(byName) }));
}

/** The first `max` items over all groups. */
export function firstOf(groups: readonly WorkloadGroup[], max: number): WorkloadGroup[] {
  let left = max;
  return groups.flatMap((group) => {
    const items = group.items.slice(0, left);
    left -= items.length;
    return items.length > 0 ? [{ ...group, items }] : [];
  });
}

function ofService(service: Service, trend: UsageTrend | undefined, now: number): Workload {
  const { id, name, restartCount, startedAt, state, usage } = service;
  const isRunning = state === "running";
  return {
    id,
    name,
    href: `/services/${encodeURIComponent(name)}`,
    target: { kind: "container", service },
    display: serviceDisplay(service, now),
    cpu: isRunning ? (lastOf(trend?.cpu) ?? usage?.cpuPercent) : undefined,
    memory: isRunning ? (lastOf(trend?.memory) ?? usage?.memoryBytes) : undefined,
    trend,
    restarts: restartCount ?? undefined,
    since: isRunning && startedAt !== null ? Date.parse(startedAt) : null,
  };
}

function ofDeployment(deployment: Deployment, trend: UsageTrend | undefined): Workload {
  const totals = totalsOf(deployment);
  const isRunning = totals.online > 0;
  return {
    id: `process:${deployment.id}`,
    name: deploymentName(deployment),
    href: `/deployments/${encodeURIComponent(deployment.id)}`,
    target: { kind: "process", deployment },
    display: processDisplay(deployment),
    cpu: isRunning ? (lastOf(trend?.cpu) ?? totals.cpuPercent) : undefined,
    memory: isRunning ? (lastOf(trend?.memory) ?? totals.memoryBytes) : undefined,
    trend,
    restarts: totals.restarts,
    since: totals.since,
  };
}

const ofServer = (server: McpServer): Workload => ({
  id: `mcp:${server.id}`,
  name: server.name,
  href: `/mcp/${encodeURIComponent(server.id)}`,
  target: { kind: "mcp", server },
  display: serverDisplay[server.status],
  cpu: undefined,
  memory: undefined,
  trend: undefined,
  restarts: undefined,
  since: null,
});

/** The newest value, unless nothing was measured in the last two points. */
const lastOf = (values: readonly (number | null)[] | undefined): number | undefined =>
  values?.at(-1) ?? values?.at(-2) ?? undefined;
