import { may, type Principal } from "../../shared/protocol/access.ts";
import type { ActivityEntry } from "../../shared/protocol/activity.ts";
import type { Service } from "../../shared/protocol/service.ts";
import type { WatchEvent } from "../../shared/protocol/watch.ts";
import { listActivity } from "../activity/read.ts";
import { canSeeSubject, withoutLogLine } from "../alerts/access.ts";
import type { ApiDeps } from "../deps.ts";
import { toRunEvents } from "./run-events.ts";

/** Entries of the list. */
const EVENTS_MAX = 30;
/** Actions that are read: some are left out. */
const ACTIONS_READ = 60;
/** Runs of one container: more would push everything else out. */
const RUNS_PER_CONTAINER = 4;

export type EventDeps = Pick<ApiDeps, "alerts" | "activity" | "docker" | "processes" | "jobs" | "containerRuns">;

/**
 * What happened lately, as far as the caller may see it: runs of containers, alerts, actions. Newest first.
 * @param onUnknown Told that the actions are missing, because their record cannot be read.
 */
export async function recentEvents(
  deps: EventDeps,
  principal: Principal,
  services: readonly Service[],
  onUnknown: (error: unknown) => void,
): Promise<WatchEvent[]> {
  const actions = await actionEvents(deps, principal).catch((error: unknown): WatchEvent[] => {
    onUnknown(error);
    return [];
  });
  const runs = services.flatMap((service) =>
    toRunEvents(service, deps.containerRuns.of(service.id)).slice(-RUNS_PER_CONTAINER),
  );
  const alerts = may(principal, "alerts:view") ? alertEvents(deps, principal) : [];
  return [...actions, ...runs, ...alerts].sort((a, b) => b.at.localeCompare(a.at)).slice(0, EVENTS_MAX);
}

function alertEvents({ alerts }: EventDeps, principal: Principal): WatchEvent[] {
  const { events } = alerts.history({ limit: EVENTS_MAX }, canSeeSubject(principal));
  return events.map(withoutLogLine(principal)).map((event) => ({ kind: "alert", at: event.at, event }));
}

/** Actions that ended; a refused one did nothing. */
const isTold = ({ state }: ActivityEntry) => state !== "running" && state !== "refused";

async function actionEvents(deps: EventDeps, principal: Principal): Promise<WatchEvent[]> {
  const { entries } = await listActivity(deps, principal, { limit: ACTIONS_READ });
  return entries.filter(isTold).map(({ id, startedAt, finishedAt, action, target, actor: { kind, name }, state }) => ({
    kind: "action",
    at: finishedAt ?? startedAt,
    id,
    action,
    target,
    actor: { kind, name },
    state,
  }));
}
