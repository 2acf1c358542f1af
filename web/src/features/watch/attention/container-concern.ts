import { isFault, mayBeStop, needsAttention, statusOf } from "../../../../../shared/health/container-status.ts";
import { LOOP_RESTARTS } from "../../../../../shared/health/restart-loop.ts";
import type { Service } from "../../../../../shared/protocol/service.ts";
import type { Evidence } from "../../../../../shared/protocol/watch.ts";
import { statusText } from "../../services/service-state.ts";
import { causeMessages as texts } from "../messages.ts";
import { type Concern, concern } from "./concern.ts";

export const containerId = (name: string) => `container:${name}`;

/** What is wrong with a container; undefined when nothing is. `isDown`: it should run and does not, or failed. */
export function concernOfContainer(
  service: Service,
  evidence: Evidence | undefined,
  now: number,
): { concern: Concern; isDown: boolean } | undefined {
  const verdict = statusOf(service, now);
  const isLooping = (evidence?.restarts?.count ?? 0) >= LOOP_RESTARTS && isUp(service);
  const isPaused = verdict.status === "paused";
  const isUnseen = isUnseenFailure(service, now);
  if (!isLooping && !isPaused && !isUnseen && !needsAttention(service, now)) return undefined;
  const health = service.health === "unhealthy" ? evidence?.health : undefined;
  const error = service.lastRun?.error;
  return {
    isDown: isFault(verdict),
    concern: concern({
      id: containerId(service.name),
      tone: isPaused ? "info" : verdict.status === "unknown" ? "warn" : "bad",
      what: service.name,
      why: whyOf(service, evidence, isLooping, now),
      details: [error, health?.output].filter((text): text is string => Boolean(text)),
      line: evidence?.line ?? null,
      href: `/services/${encodeURIComponent(service.name)}`,
      target: { kind: "container", service },
    }),
  };
}

/** How long a failure that nobody saw is listed: what a host ended weeks ago is its history. */
const UNSEEN_AGE_MS = 24 * 60 * 60_000;

/** It ended lately with a code that no stop gives, while the Engine's events were missed: before the panel ran, for one. */
function isUnseenFailure(service: Service, now: number): boolean {
  const { status, shouldRun } = statusOf(service, now);
  const { exitCode = null, finishedAt = null } = service.lastRun ?? {};
  if (status !== "unknown" || shouldRun || mayBeStop(exitCode) || finishedAt === null) return false;
  return now - Date.parse(finishedAt) < UNSEEN_AGE_MS;
}

const isUp = ({ state }: Service) => state === "running" || state === "restarting";

function whyOf(service: Service, evidence: Evidence | undefined, isLooping: boolean, now: number): string {
  const { restartCount, state, lastRun } = service;
  const restarts = evidence?.restarts ?? null;
  // One steady sentence, whether it runs for two seconds now or waits for the next start.
  if (restarts && isLooping) return texts.loop(restarts.count, restarts.exitCode);
  const { status } = statusOf(service, now);
  if (status === "restarting" && restartCount) {
    return texts.restarted(restartCount, restarts?.exitCode ?? lastRun?.exitCode ?? null);
  }
  if (status === "paused") return texts.paused;
  if (state === "running" && service.health === "unhealthy") {
    return texts.unhealthy(evidence?.health?.failures ?? null, evidence?.health?.exitCode ?? null);
  }
  const text = isUnseenFailure(service, now)
    ? `${statusText(service, now)}, ${texts.unseen}`
    : statusText(service, now);
  return restartCount ? `${text}, ${texts.afterRestarts(restartCount)}` : text;
}
