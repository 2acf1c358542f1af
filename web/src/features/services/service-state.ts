import { type ContainerStatus, statusOf } from "../../../../shared/health/container-status.ts";
import type { Service, ServiceAction } from "../../../../shared/protocol/service.ts";
import { formatAgo, formatDuration } from "../../lib/format.ts";
import { serverNow } from "../../lib/server-time.ts";
import type { Tone } from "../../ui/index.ts";

export interface StatusDisplay {
  tone: Tone;
  pulse: boolean;
  text: string;
}

const displays: Record<Exclude<ContainerStatus, "running">, StatusDisplay> = {
  restarting: { tone: "warn", pulse: true, text: "Restarting" },
  removing: { tone: "warn", pulse: true, text: "Removing" },
  paused: { tone: "warn", pulse: false, text: "Paused" },
  dead: { tone: "bad", pulse: false, text: "Dead" },
  created: { tone: "neutral", pulse: false, text: "Created" },
  finished: { tone: "neutral", pulse: false, text: "Finished" },
  stopped: { tone: "neutral", pulse: false, text: "Stopped" },
  crashed: { tone: "bad", pulse: false, text: "Crashed" },
  "start-failed": { tone: "bad", pulse: false, text: "Cannot start" },
  unknown: { tone: "neutral", pulse: false, text: "Exited" },
};

/** Tone and text of a container from its state, health and last run. */
export function statusDisplay(service: Service, now = serverNow()): StatusDisplay {
  const { status, shouldRun } = statusOf(service, now);
  if (status === "unknown" && shouldRun) return { tone: "warn", pulse: false, text: "Not running" };
  if (status !== "running") return displays[status];
  const { health } = service;
  if (health === "unhealthy") return { tone: "bad", pulse: false, text: "Unhealthy" };
  if (health === "starting") return { tone: "info", pulse: true, text: "Starting" };
  return { tone: "ok", pulse: false, text: health === "healthy" ? "Healthy" : "Running" };
}

/** Whether two states look the same on the page. */
export const isSameDisplay = (a: StatusDisplay, b: StatusDisplay): boolean =>
  a.tone === b.tone && a.pulse === b.pulse && a.text === b.text;

/**
 * How long a container has been up, or how its last run ended; changes with `now`, in milliseconds since the epoch.
 * Falls back to the Engine's own text, which does not change with time.
 */
export function statusText(service: Service, now: number): string {
  const { state, health, startedAt, lastRun, status: engineText } = service;
  if (state === "running" && startedAt !== null) {
    const up = `Up ${formatDuration(Math.max(0, (now - Date.parse(startedAt)) / 1_000))}`;
    return health === "none" ? up : `${up} (${health === "starting" ? "health: starting" : health})`;
  }
  if (!lastRun || state === "paused" || state === "removing") return engineText;
  const { exitCode, finishedAt, oomKilled } = lastRun;
  const ago = finishedAt === null ? "" : `, ${formatAgo(finishedAt, now)}`;
  const code = exitCode === null ? "" : ` with code ${exitCode}`;
  if (state === "restarting") return `Restarting, exited${code}${ago}`;
  const { status, shouldRun } = statusOf(service, now);
  if (status === "start-failed")
    return finishedAt === null ? "Could not be started" : `Exited${code}${ago}, not restarted`;
  if (oomKilled) return `Out of memory, killed${code}${ago}`;
  if (status === "created") return engineText;
  return `Exited${code}${ago}${status === "unknown" && shouldRun ? ", cause unknown" : ""}`;
}

export type ServiceActionName =
  | ServiceAction
  | "remove"
  | "pause"
  | "unpause"
  | "kill"
  | "rename"
  | "update"
  | "recreate";
/** Texts of an action: its button, while it is pending, and once it is done. */
export const actionLabels: Record<ServiceActionName, { doing: string; done: string; verb: string }> = {
  start: { verb: "Start", doing: "Starting", done: "started" },
  stop: { verb: "Stop", doing: "Stopping", done: "stopped" },
  restart: { verb: "Restart", doing: "Restarting", done: "restarted" },
  remove: { verb: "Remove", doing: "Removing", done: "removed" },
  pause: { verb: "Pause", doing: "Pausing", done: "paused" },
  unpause: { verb: "Resume", doing: "Resuming", done: "resumed" },
  kill: { verb: "Send a signal", doing: "Signalling", done: "received the signal" },
  rename: { verb: "Rename", doing: "Renaming", done: "renamed" },
  update: { verb: "Change limits", doing: "Changing", done: "has new limits" },
  recreate: { verb: "Recreate", doing: "Recreating", done: "recreated" },
};

export const isUp = (state: Service["state"]): boolean =>
  state === "running" || state === "paused" || state === "restarting";
