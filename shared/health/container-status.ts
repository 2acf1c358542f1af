import type { ContainerState, Service } from "../protocol/service.ts";

/** Input of {@link judgeContainer}; `null` is "not known", never "none". */
export interface ContainerSituation {
  state: ContainerState;
  /** `no`, `always`, `unless-stopped` or `on-failure`. */
  restartPolicy: string | null;
  /** Exit code of its newest run; null while it runs, if it never ran, or if not known. */
  exitCode: number | null;
  oomKilled: boolean;
  /** The Engine tried to start it and failed. */
  startFailed: boolean;
  /** Whether the stop of its newest run was requested; null if the Engine's events were missed. */
  stopRequested: boolean | null;
}

export type ContainerStatus =
  | "running"
  | "paused"
  /** The restart policy starts it again. */
  | "restarting"
  | "removing"
  /** Created, and never started. */
  | "created"
  /** Ended successfully, and nothing requires it to run. */
  | "finished"
  /** Stopped on request. */
  | "stopped"
  /** Ended by itself with an error, or against its restart policy. */
  | "crashed"
  /** The Engine could not start it. */
  | "start-failed"
  /** The Engine could not remove it. */
  | "dead"
  /** Ended; whether by itself or on request is not known. */
  | "unknown";

export interface ContainerVerdict {
  status: ContainerStatus;
  /** Whether it should run; also true while it runs. */
  shouldRun: boolean;
}

/** Returns the status of a container and whether it should run. The only place that decides this. */
export function judgeContainer(situation: ContainerSituation): ContainerVerdict {
  const { state, restartPolicy, exitCode, oomKilled, startFailed, stopRequested } = situation;
  switch (state) {
    case "running":
    case "paused":
    case "restarting":
      return { status: state, shouldRun: true };
    case "removing":
      return { status: "removing", shouldRun: false };
    case "dead":
      return { status: "dead", shouldRun: false };
    case "created":
      return startFailed ? { status: "start-failed", shouldRun: true } : { status: "created", shouldRun: false };
    case "exited":
      break;
  }
  if (startFailed) return { status: "start-failed", shouldRun: true };
  const isKept = restartPolicy === "always" || restartPolicy === "unless-stopped";
  const shouldRun = isKept || (restartPolicy === "on-failure" && exitCode !== 0 && exitCode !== null);
  if (oomKilled) return { status: "crashed", shouldRun };
  if (stopRequested === true) return { status: "stopped", shouldRun: false };
  if (restartPolicy === null || exitCode === null) return { status: "unknown", shouldRun: false };
  if (exitCode === 0 && !isKept) return { status: "finished", shouldRun: false };
  return { status: stopRequested === false ? "crashed" : "unknown", shouldRun };
}

/** Exit codes of a stop: 0, or 128 plus the number of SIGINT, SIGKILL or SIGTERM. */
const stoppedCodes = new Set([0, 130, 137, 143]);

/** Whether the exit code of an unobserved end can be that of a stop. */
export const mayBeStop = (exitCode: number | null): boolean => exitCode === null || stoppedCodes.has(exitCode);

/** State of a listed container. */
export const situationOf = ({ state, restartPolicy, lastRun }: Service): ContainerSituation => ({
  state,
  restartPolicy: restartPolicy ?? null,
  exitCode: lastRun?.exitCode ?? null,
  oomKilled: lastRun?.oomKilled ?? false,
  startFailed: lastRun?.startFailed ?? false,
  stopRequested: lastRun?.stopRequested ?? null,
});

/** A container that its policy restarted less than this many milliseconds ago still counts as restarting. */
const PROVEN_MS = 60_000;

/** Returns the status of a listed container. After a repeated restart by its policy it counts as restarting for a while. */
export function statusOf(service: Service, now: number): ContainerVerdict {
  const verdict = judgeContainer(situationOf(service));
  const { restartCount, startedAt } = service;
  const isFresh = startedAt !== null && now - Date.parse(startedAt) < PROVEN_MS;
  if (verdict.status !== "running" || !isFresh || (restartCount ?? 0) === 0) return verdict;
  return { status: "restarting", shouldRun: true };
}

/** Statuses that are always faults; `unknown` is one only if the container should run. */
const faults: ReadonlySet<ContainerStatus> = new Set(["restarting", "crashed", "start-failed", "dead"]);
export const isFault = ({ status, shouldRun }: ContainerVerdict): boolean =>
  faults.has(status) || (status === "unknown" && shouldRun);

/** Whether a container is a fault, or runs and fails its health check. The only place that decides it for lists and counts. */
export const needsAttention = (service: Service, now: number): boolean =>
  service.health === "unhealthy" || isFault(statusOf(service, now));
