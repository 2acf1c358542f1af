import type { ContainerState, Service } from "../protocol/service.ts";

/** What decides how a container does; `null` is "not known", never "none". */
export interface ContainerSituation {
  state: ContainerState;
  /** `no`, `always`, `unless-stopped` or `on-failure`. */
  restartPolicy: string | null;
  /** Of its newest run; null while it runs, for one that never ran, and while not known. */
  exitCode: number | null;
  oomKilled: boolean;
  /** The Engine tried to start it and could not. */
  startFailed: boolean;
  /** Whether somebody asked for the end of its newest run; null where the Engine's events were missed. */
  stopRequested: boolean | null;
}

export type ContainerStatus =
  | "running"
  | "paused"
  /** Its restart policy starts it again. */
  | "restarting"
  | "removing"
  /** Made, and never started. */
  | "created"
  /** Ended well, and nothing asks for it to run. */
  | "finished"
  /** Ended because somebody asked for it. */
  | "stopped"
  /** Ended by itself, with an error or against its restart policy. */
  | "crashed"
  /** The Engine could not start it. */
  | "start-failed"
  /** The Engine could not remove it. */
  | "dead"
  /** Ended, and nobody knows whether by itself. */
  | "unknown";

export interface ContainerVerdict {
  status: ContainerStatus;
  /** Whether it should run. True of what runs, too. */
  shouldRun: boolean;
}

/** How a container does, and whether it should run: the one place where this is decided. */
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

/** Exit codes a stop leaves behind: 0, or 128 and the number of SIGINT, SIGKILL or SIGTERM. */
const stoppedCodes = new Set([0, 130, 137, 143]);

/** Of an end nobody saw: whether its exit code may be that of a stop. */
export const mayBeStop = (exitCode: number | null): boolean => exitCode === null || stoppedCodes.has(exitCode);

/** What is known of a listed container. */
export const situationOf = ({ state, restartPolicy, lastRun }: Service): ContainerSituation => ({
  state,
  restartPolicy: restartPolicy ?? null,
  exitCode: lastRun?.exitCode ?? null,
  oomKilled: lastRun?.oomKilled ?? false,
  startFailed: lastRun?.startFailed ?? false,
  stopRequested: lastRun?.stopRequested ?? null,
});

/** Less than this after a restart by its policy a container has not proven anything. */
const PROVEN_MS = 60_000;

/** How a listed container does. One that has just been restarted by its policy, again, is still restarting. */
export function statusOf(service: Service, now: number): ContainerVerdict {
  const verdict = judgeContainer(situationOf(service));
  const { restartCount, startedAt } = service;
  const isFresh = startedAt !== null && now - Date.parse(startedAt) < PROVEN_MS;
  if (verdict.status !== "running" || !isFresh || (restartCount ?? 0) === 0) return verdict;
  return { status: "restarting", shouldRun: true };
}

/** Statuses of something that is wrong; `unknown` is one where it should run. */
const faults: ReadonlySet<ContainerStatus> = new Set(["restarting", "crashed", "start-failed", "dead"]);
export const isFault = ({ status, shouldRun }: ContainerVerdict): boolean =>
  faults.has(status) || (status === "unknown" && shouldRun);
