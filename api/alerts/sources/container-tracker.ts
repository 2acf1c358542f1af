import type { ContainerEvent } from "../../../shared/docker/container-events.ts";
import { judgeContainer, mayBeStop, situationOf } from "../../../shared/health/container-status.ts";
import type { Service, ServiceDetail } from "../../../shared/protocol/service.ts";
import { AppError } from "../../../shared/server/errors.ts";
import type { Log } from "../../../shared/server/log.ts";
import type { DockerEngine } from "../../docker/docker-engine.ts";
import { withEndCause } from "../../services/service-view.ts";
import type { StopRequests } from "../../services/stop-requests.ts";
import type { ContainerSignals, KnownContainer } from "./container-signals.ts";
import { isEnd } from "./end-detail.ts";
import { createTimers } from "./timers.ts";

/** Docker reports a stop by a custom signal (SIGWINCH of httpd) only in an event after the end. */
const STOP_EVENT_MS = 1_500;
/** Docker sends no event when it stops restarting a container: containers that wait for a restart are polled. */
const RESTART_POLL_MS = 5_000;
/** Docker resets its restart counter after a run of this length, too. */
const STABLE_AFTER_MS = 10_000;

/** An event, and whether the end that it reports was requested at that time. */
export type HeardEvent = ContainerEvent & { wanted: boolean };

export interface ContainerTrackerDeps {
  docker: Pick<DockerEngine, "detail">;
  stops: Pick<StopRequests, "wasRequested" | "endedForMemory">;
  signals: ContainerSignals;
  log: Log;
  isRestarting(name: string): boolean;
  /** The list of containers has to be read again. */
  onListChanged(): void;
}

/** Follows the runs of all containers and reports them as signals. */
export interface ContainerTracker {
  apply(event: HeardEvent): void;
  /** Takes over the complete list of containers. */
  applyList(services: readonly Service[]): void;
  /** Reports an end that no event announced, if it came after `since` (milliseconds) or is known to be a crash. */
  inspectMissedEnd(listed: Service, since: number): Promise<void>;
  projectOf(name: string): string | null;
  close(): void;
}

export function createContainerTracker(deps: ContainerTrackerDeps): ContainerTracker {
  const { docker, stops, signals, log, isRestarting, onListChanged } = deps;
  const known = new Map<string, KnownContainer>(); // by id
  const inspections = createTimers(); // ends to inspect, by id
  const trials = createTimers(); // runs too short to count as stable, by id
  let closed = false;

  const clear = (id: string) => {
    inspections.clear(id);
    trials.clear(id);
  };
  const judge = (service: Service) => judgeContainer(situationOf(service));
  const inspectLater = (id: string, ms: number) => {
    inspections.set(id, ms, () => {
      inspect(id).catch((error: unknown) => log.error({ err: error }, "the end of a container could not be inspected"));
    });
  };
  /** Classifies an end once Docker has decided whether to restart the container. */
  const inspect = async (id: string) => {
    const container = known.get(id);
    if (!container) return;
    let service: ServiceDetail;
    try {
      service = withEndCause(await docker.detail(id), stops);
    } catch (error) {
      if (isGone(error)) return;
      return inspectLater(id, RESTART_POLL_MS);
    }
    // A later event has an inspection of its own.
    if (known.get(id) !== container || inspections.has(id) || closed) return;
    const { status } = judge(service);
    if (status === "restarting") inspectLater(id, RESTART_POLL_MS);
    else if (status === "stopped") signals.stoppedOnPurpose(container);
    else if (isEnd(status)) signals.ended(container, service, status);
  };
  const onDie = (container: KnownContainer, wanted: boolean) => {
    clear(container.id);
    if (wanted) return signals.stoppedOnPurpose(container);
    // A `start` that follows at once is a restart by Docker: it counts before the inspection.
    container.crashed = true;
    signals.hold(container, "it does not run");
    inspectLater(container.id, STOP_EVENT_MS);
  };
  const onStart = (container: KnownContainer) => {
    clear(container.id);
    if (container.crashed) {
      signals.restarted(container);
      trials.set(container.id, STABLE_AFTER_MS, () => signals.hold(container, null));
      signals.hold(container, "it was restarted just now", true);
    } else signals.hold(container, null);
    signals.runs(container, "it runs again");
  };
  const applyListed = (service: Service) => {
    const { id, name, composeProject: project, state, health } = service;
    const container = known.get(id) ?? { id, subject: { kind: "container", name }, crashed: false };
    if (container.crashed && container.subject.name !== name) inspectLater(id, 0); // its alert goes by the new name
    container.subject = { kind: "container", name, project };
    known.set(id, container);
    const isInspected = inspections.has(id);
    if (state === "running" && !isInspected) signals.runs(container, "it runs");
    if (state === "running" && !isInspected && !trials.has(id)) signals.hold(container, null);
    if (state === "restarting" && !isInspected) inspectLater(id, RESTART_POLL_MS);
    // A paused container has no health: its last health remains.
    if (state !== "running" || isRestarting(name)) return;
    if (health === "none") signals.hasNoHealthCheck(container);
    else signals.health(container, health);
  };

  return {
    apply({ id, action, name, composeProject, wanted }) {
      if (action === "destroy") {
        clear(id);
        known.delete(id);
        // Compose reuses the name: only the list shows whether another container has it.
        return onListChanged();
      }
      if (action === "create" || action === "rename") return onListChanged();
      const subject = { kind: "container", name, project: composeProject ?? null } as const;
      const container = known.get(id) ?? { id, subject, crashed: false };
      known.set(id, container);
      if (action === "die") onDie(container, wanted);
      else if (action === "start") onStart(container);
      else if (action === "stop") {
        clear(id);
        signals.stoppedOnPurpose(container);
      } else if (action === "oom") {
        signals.outOfMemory(container);
        // On a busy host this event arrives after the end that it explains.
        if (container.crashed && !inspections.has(id)) inspectLater(id, 0);
      } else if (action.startsWith("health_status")) {
        signals.health(container, action.slice(action.indexOf(":") + 1).trim());
      }
    },
    applyList(services) {
      const listed = new Set(services.map(({ id }) => id));
      for (const id of [...known.keys()]) if (!listed.has(id)) known.delete(id);
      for (const service of services) applyListed(service);
    },
    async inspectMissedEnd(listed, since) {
      const container = known.get(listed.id);
      if (!container || inspections.has(container.id)) return;
      try {
        const service = withEndCause(await docker.detail(listed.id), stops);
        const { status } = judge(service);
        const { finishedAt } = service;
        const isNew = finishedAt !== null && Date.parse(finishedAt) >= since;
        const isFailure =
          status === "unknown" ? isNew && !mayBeStop(service.exitCode) : isEnd(status) && status !== "finished";
        if (isFailure) signals.ended(container, service, status);
      } catch (error) {
        if (!isGone(error)) throw error;
      }
    },
    projectOf(name) {
      for (const { subject } of known.values()) if (subject.name === name) return subject.project ?? null;
      return null;
    },
    close() {
      closed = true;
      inspections.close();
      trials.close();
    },
  };
}

const isGone = (error: unknown) => error instanceof AppError && error.code === "not_found";
