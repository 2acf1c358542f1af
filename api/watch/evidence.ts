import { needsAttention } from "../../shared/health/container-status.ts";
import { LOOP_RESTARTS, restartsSince } from "../../shared/health/restart-loop.ts";
import type { Service } from "../../shared/protocol/service.ts";
import type { Evidence } from "../../shared/protocol/watch.ts";
import { RESTART_WINDOW_SECONDS } from "../../shared/protocol/watch-limits.ts";
import { eachAtOnce } from "../../shared/server/async/each-at-once.ts";
import { withTimeout } from "../../shared/server/async/with-timeout.ts";
import type { ApiDeps } from "../deps.ts";
import { CAUSES_MAX, type CauseQuery } from "../logs/search/cause-lines.ts";

/** Requests to the Engine at once. */
const AT_ONCE = 4;
/** Longest wait for health results. A slow Engine delays the page no further. */
const HEALTH_LIMIT_MS = 1_500;
/** The Engine's record of a start can be a little later than the first line. */
const SLACK_MS = 2_000;

export type EvidenceDeps = Pick<ApiDeps, "docker" | "containerRuns" | "logStore">;

export interface FoundEvidence {
  evidence: Evidence[];
  /** Whether the log history could be read. */
  logsKnown: boolean;
}

/** Explains the containers that need attention: how often they restarted, what they wrote last, what their health check said. */
export async function containerEvidence(
  { docker, containerRuns, logStore }: EvidenceDeps,
  services: readonly Service[],
  now: number,
): Promise<FoundEvidence> {
  const windowStart = now - RESTART_WINDOW_SECONDS * 1_000;
  const concerned = services.flatMap((service) => {
    const restarts = restartsSince(containerRuns.of(service.id), service.restartCount, windowStart);
    const isLooping = (restarts?.count ?? 0) >= LOOP_RESTARTS;
    if (!isLooping && !needsAttention(service, now)) return [];
    return [{ service, restarts, isLooping }];
  });
  const explained = concerned.slice(0, CAUSES_MAX);

  const queries = explained.map(({ service, isLooping }): CauseQuery => {
    const startedAt = service.startedAt === null ? Number.NaN : Date.parse(service.startedAt) - SLACK_MS;
    // The run of a loop that has just begun has not failed yet: what counts was written by the ones before.
    const isRunning = service.state === "running" || service.state === "restarting";
    const since =
      isLooping || isRunning || Number.isNaN(startedAt) ? Math.min(windowStart, startedAt || windowStart) : startedAt;
    return { containerId: service.id, name: service.name, since };
  });
  const lines = logStore.causes(queries).catch(() => undefined);

  const health = new Map<string, Evidence["health"]>();
  const unhealthy = explained.filter(({ service }) => service.health === "unhealthy");
  await withTimeout(
    eachAtOnce(unhealthy, AT_ONCE, async ({ service: { id } }) => {
      // A container that was removed meanwhile has no result; an Engine that is away is reported by its list.
      const result = await docker.lifecycle.health(id).catch(() => null);
      health.set(id, result);
    }),
    HEALTH_LIMIT_MS,
    () => undefined,
  );
  const found = await lines;
  return {
    evidence: explained.map(({ service: { id }, restarts }) => ({
      kind: "container",
      id,
      restarts,
      line: found?.[id] ?? null,
      health: health.get(id) ?? null,
    })),
    logsKnown: found !== undefined,
  };
}
