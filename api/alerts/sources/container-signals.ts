import type { ContainerStatus } from "../../../shared/health/container-status.ts";
import type { Service } from "../../../shared/protocol/service.ts";
import type { SignalSink } from "../engine/engine.ts";
import type { Subject } from "../engine/subjects.ts";
import { describeEnd } from "./end-detail.ts";

/** A container that the source follows. */
export interface KnownContainer {
  id: string;
  subject: Subject;
  /** Its last run ended although nobody asked for it. */
  crashed: boolean;
}

/** Reports what happens to a container to the alert engine. */
export interface ContainerSignals {
  runs(container: KnownContainer, detail: string): void;
  ended(container: KnownContainer, service: Service, status: ContainerStatus): void;
  stoppedOnPurpose(container: KnownContainer): void;
  /** @param health A health status of Docker. `starting` changes nothing: an unhealthy container is not well yet. */
  health(container: KnownContainer, health: string): void;
  hasNoHealthCheck(container: KnownContainer): void;
  outOfMemory(container: KnownContainer): void;
  restarted(container: KnownContainer): void;
  /** Keeps the container's alerts firing with this detail; null lets them end. */
  hold(container: KnownContainer, detail: string | null, countsOnly?: boolean): void;
}

/** @param isRestarting Whether an automatic restart runs: its stop does not make the container healthy. */
export function createContainerSignals(sink: SignalSink, isRestarting: (name: string) => boolean): ContainerSignals {
  const hold: ContainerSignals["hold"] = ({ subject }, detail, countsOnly) => sink.hold(subject, detail, countsOnly);
  const runs: ContainerSignals["runs"] = (container, detail) => {
    container.crashed = false;
    sink.report("container-stopped", container.subject, { active: false, detail });
  };
  const healthy = ({ subject }: KnownContainer, detail: string) =>
    sink.report("container-unhealthy", subject, { active: false, detail });
  return {
    hold,
    runs,
    ended(container, service, status) {
      const { subject } = container;
      const detail = describeEnd(service, status);
      const mild = status === "finished";
      sink.report("container-unhealthy", subject, { active: false, unseen: true, detail: "it does not run" });
      sink.report("container-stopped", subject, { active: true, mild, uncertain: status === "unknown", detail });
      hold(container, mild ? null : detail);
      container.crashed = true;
    },
    stoppedOnPurpose(container) {
      runs(container, "stopped on purpose");
      hold(container, null);
      if (!isRestarting(container.subject.name)) healthy(container, "stopped on purpose");
    },
    health(container, health) {
      if (health === "healthy") healthy(container, "the health check passes");
      if (health !== "unhealthy") return;
      sink.report("container-unhealthy", container.subject, { active: true, detail: "the health check fails" });
    },
    hasNoHealthCheck: (container) => healthy(container, "it has no health check"),
    outOfMemory: ({ subject }) =>
      sink.report("container-oom", subject, { occurrences: 1, detail: "killed for lack of memory" }),
    restarted: ({ subject }) =>
      sink.report("container-restarts", subject, { occurrences: 1, detail: "restarted after it ended by itself" }),
  };
}
