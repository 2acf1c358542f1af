import { canSeeDeployment, canSeeService, may, type Principal } from "../../shared/protocol/access.ts";
import type { Deployment } from "../../shared/protocol/deployment.ts";
import { ok } from "../../shared/protocol/result.ts";
import type { Service } from "../../shared/protocol/service.ts";
import type { Stack } from "../../shared/protocol/stack.ts";
import { type UsageTrends, type Watch, watchSchema } from "../../shared/protocol/watch.ts";
import { listOrState } from "../../shared/server/dependency.ts";
import { canSeeSubject, withoutLogLine } from "../alerts/access.ts";
import { visibleDaemons } from "../deployments/find.ts";
import type { ApiDeps } from "../deps.ts";
import { createRoutes } from "../http/context.ts";
import { described } from "../http/openapi.ts";
import { withEndCause } from "../services/service-view.ts";
import { recentEvents } from "./events.ts";
import { containerEvidence } from "./evidence.ts";
import { processEvidence } from "./process-evidence.ts";

export type WatchDeps = Pick<
  ApiDeps,
  | "docker"
  | "processes"
  | "processRestarts"
  | "containerFacts"
  | "containerRuns"
  | "stopRequests"
  | "stats"
  | "logStore"
  | "alerts"
  | "stackHost"
  | "updateChecks"
  | "activity"
  | "jobs"
  | "log"
>;

/** What the Watch page needs beside the lists that every page loads, in one response: `/api/watch`. Lists need its lines of usage alone. */
export const watchRoutes = (deps: WatchDeps) =>
  createRoutes()
    .get(
      "/",
      described({
        tag: "System",
        summary: "What needs attention and why, usage of the last 15 minutes, and what happened lately",
        description: "Each part needs its own permission; what the caller may not see is left out.",
        answer: watchSchema.shape,
      }),
      async (c) => {
        const principal = c.get("principal");
        const watch: Watch = await readWatch(deps, principal);
        return c.json(ok(watch));
      },
    )
    .get(
      "/trends",
      described({
        tag: "System",
        summary: "Usage of the host, and of all containers and processes, in the last 15 minutes",
        description: "What the caller may not see is left out.",
        answer: watchSchema.pick({ trends: true }).shape,
      }),
      (c) => c.json(ok({ trends: visibleTrends(deps.stats.trends(), c.get("principal")) })),
    );

async function readWatch(deps: WatchDeps, principal: Principal): Promise<Watch> {
  const now = Date.now();
  const unknown = new Set<Watch["unknown"][number]>();
  const maySee = may(principal, "services:view");
  const isWhole = principal.limits.services === null;

  const readServices = async (): Promise<Service[]> => {
    if (!maySee) return [];
    const { items, state } = await listOrState(deps.docker.list);
    if (state.state === "down") unknown.add("docker");
    // With the whole list: facts of containers that are not in it are forgotten.
    const full = await deps.containerFacts.addTo(items);
    return full
      .filter(({ name }) => canSeeService(principal.limits, name))
      .map((service) => withEndCause(service, deps.stopRequests));
  };
  const readDeployments = async (): Promise<Deployment[]> => {
    if (!may(principal, "deployments:view")) return [];
    const { deployments, daemons } = await deps.processes.survey();
    const isDown = visibleDaemons(principal.limits, daemons).some(({ state }) => state === "down");
    if (isDown) unknown.add("pm2");
    return deployments.filter(({ id }) => canSeeDeployment(principal.limits, id));
  };
  const readStacks = async (): Promise<Stack[] | null> => {
    if (!isWhole || !may(principal, "stacks:view")) return null;
    try {
      return (await deps.stackHost.stacks.list()).stacks;
    } catch {
      unknown.add("stacks");
      return null;
    }
  };
  const readUpdates = async (): Promise<string[]> => {
    if (!maySee) return [];
    const checked = await deps.updateChecks.status().catch(() => []);
    return checked
      .filter(({ service, state }) => state === "newer" && canSeeService(principal.limits, service))
      .map(({ service }) => service);
  };

  const readTrends = (): UsageTrends | null => {
    try {
      return deps.stats.trends();
    } catch (error) {
      deps.log.warn({ err: error }, "the history of metrics cannot be read");
      unknown.add("metrics");
      return null;
    }
  };

  const [services, deployments, stacks, updates] = await Promise.all([
    readServices(),
    readDeployments(),
    readStacks(),
    readUpdates(),
  ]);
  const [{ evidence, logsKnown }, ofProcesses, events] = await Promise.all([
    containerEvidence(deps, services, now),
    processEvidence(deps, deployments, now),
    recentEvents(deps, principal, services, (error) => {
      deps.log.warn({ err: error }, "the record of actions cannot be read");
      unknown.add("activity");
    }),
  ]);
  if (!logsKnown) unknown.add("logs");
  return {
    at: new Date(now).toISOString(),
    trends: visibleTrends(readTrends(), principal),
    evidence: [...evidence, ...ofProcesses],
    alerts: may(principal, "alerts:view")
      ? deps.alerts.now(canSeeSubject(principal)).map(withoutLogLine(principal))
      : null,
    stacks,
    updates,
    events,
    unknown: [...unknown],
  };
}

function visibleTrends(trends: UsageTrends | null, { limits, role, scopes }: Principal): UsageTrends | null {
  if (!trends) return null;
  const caller = { role, scopes };
  return {
    ...trends,
    host: may(caller, "system:view") ? trends.host : null,
    containers: may(caller, "services:view") ? trends.containers.filter(({ name }) => canSeeService(limits, name)) : [],
    processes: may(caller, "deployments:view")
      ? trends.processes.filter(({ name }) => canSeeDeployment(limits, name))
      : [],
  };
}
