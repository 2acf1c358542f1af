import type { Deployment } from "../../../../shared/protocol/deployment.ts";
import type { McpServer } from "../../../../shared/protocol/mcp.ts";
import type { Service } from "../../../../shared/protocol/service.ts";
import type { DiskStats } from "../../../../shared/protocol/system.ts";

export interface Concern {
  id: string;
  tone: "bad" | "warn";
  what: string;
  why: string;
  href: string;
}

/** Percent of a disk from which it is worth a word, and from which it is urgent. */
const DISK_WARN = 85;
const DISK_BAD = 95;

/** What a person should look at, the urgent first. */
export function findConcerns(state: {
  services: readonly Service[];
  deployments: readonly Deployment[];
  servers: readonly McpServer[];
  disks: readonly DiskStats[];
}): Concern[] {
  const concerns: Concern[] = [];
  for (const service of state.services) {
    const broken = service.health === "unhealthy" || service.state === "restarting" || service.state === "dead";
    if (!broken) continue;
    concerns.push({
      id: `service:${service.id}`,
      tone: "bad",
      what: service.name,
      why: service.status,
      href: `/services/${encodeURIComponent(service.id)}`,
    });
  }
  for (const deployment of state.deployments) {
    if (deployment.status !== "errored" && deployment.status !== "waiting restart") continue;
    concerns.push({
      id: `deployment:${deployment.id}`,
      tone: "bad",
      what: deployment.name,
      why: deployment.status === "errored" ? "gave up restarting" : "keeps restarting",
      href: `/deployments/${encodeURIComponent(deployment.id)}`,
    });
  }
  for (const server of state.servers) {
    if (server.status !== "failed") continue;
    concerns.push({
      id: `mcp:${server.id}`,
      tone: "warn",
      what: server.name,
      why: server.message ?? "failed",
      href: `/mcp/${encodeURIComponent(server.id)}`,
    });
  }
  for (const disk of state.disks) {
    if (disk.usagePercent < DISK_WARN) continue;
    concerns.push({
      id: `disk:${disk.mount}`,
      tone: disk.usagePercent >= DISK_BAD ? "bad" : "warn",
      what: disk.mount,
      why: `${Math.round(disk.usagePercent)}% of the disk is used`,
      href: "/system",
    });
  }
  return concerns.sort((a, b) => Number(a.tone === "warn") - Number(b.tone === "warn"));
}
