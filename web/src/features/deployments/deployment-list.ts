import { OWN_DAEMON } from "../../../../shared/protocol/daemon-key.ts";
import type { Deployment, DeploymentAction, ProcessStatus } from "../../../../shared/protocol/deployment.ts";
import type { DependencyState } from "../../../../shared/protocol/system.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import type { Tone } from "../../ui/index.ts";

export interface DeploymentTotals {
  online: number;
  total: number;
  cpuPercent: number;
  memoryBytes: number;
  restarts: number;
  /** Earliest start of an online process, in milliseconds since the epoch; null if none is online. */
  since: number | null;
}

/** Name of a deployment, preceded by its namespace unless that is PM2's default. */
export const deploymentName = ({ name, namespace }: Pick<Deployment, "name" | "namespace">): string =>
  visibleName(namespace === "default" ? name : `${namespace}/${name}`);

/** Sums of all processes of a deployment. */
export function totalsOf({ instances }: Pick<Deployment, "instances">): DeploymentTotals {
  const starts = instances
    .filter(({ status, startedAt }) => status === "online" && startedAt !== null)
    .map(({ startedAt }) => Date.parse(startedAt ?? ""))
    .filter((time) => !Number.isNaN(time));
  const sum = (pick: (instance: Deployment["instances"][number]) => number) =>
    instances.reduce((total, instance) => total + pick(instance), 0);
  return {
    online: instances.filter(({ status }) => status === "online").length,
    total: instances.length,
    cpuPercent: sum(({ cpuPercent }) => cpuPercent),
    memoryBytes: sum(({ memoryBytes }) => memoryBytes),
    restarts: sum(({ restarts }) => restarts),
    since: starts.length > 0 ? Math.min(...starts) : null,
  };
}

export interface StatusDisplay {
  tone: Tone;
  pulse: boolean;
  text: string;
}

const displays: Record<ProcessStatus, StatusDisplay> = {
  online: { tone: "ok", pulse: false, text: "Online" },
  stopping: { tone: "warn", pulse: true, text: "Stopping" },
  stopped: { tone: "neutral", pulse: false, text: "Stopped" },
  launching: { tone: "info", pulse: true, text: "Starting" },
  errored: { tone: "bad", pulse: false, text: "Errored" },
  "one-launch-status": { tone: "neutral", pulse: false, text: "Ran once" },
  "waiting restart": { tone: "warn", pulse: true, text: "Waiting to restart" },
};

/** How a status displays; a word of a newer PM2 is shown as it is. */
export const processDisplay = (status: ProcessStatus): StatusDisplay =>
  displays[status] ?? { tone: "neutral", pulse: false, text: status };

/** Tone and text of a deployment; partly online is neither online nor stopped. */
export function statusDisplay(deployment: Pick<Deployment, "status" | "instances">): StatusDisplay {
  const { online, total } = totalsOf(deployment);
  if (online > 0 && online < total) return { tone: "warn", pulse: false, text: `${online} of ${total} online` };
  return processDisplay(deployment.status);
}

export const isUp = (deployment: Pick<Deployment, "instances">): boolean =>
  deployment.instances.some(
    ({ status }) => status !== "stopped" && status !== "errored" && status !== "one-launch-status",
  );

/** Whether processes of the panel's own daemon are missing. One that does not run hides nothing while others' processes are listed. */
export const isStale = (
  state: DependencyState["state"],
  deployments: readonly Pick<Deployment, "daemon">[],
): boolean =>
  state === "down"
    ? deployments.length > 0
    : state === "absent" && deployments.some((one) => one.daemon === OWN_DAEMON);

/** Texts that the filter of the list searches. */
export const searchTextsOf = ({ name, script, namespace, user, status }: Deployment): string[] => [
  name,
  script,
  namespace,
  user,
  status,
];

export type DeploymentActionName = DeploymentAction | "delete" | "scale" | "reset" | "signal" | "flush";

/** Texts of an action: its button, while it is pending, and once it is done. */
export const actionLabels: Record<DeploymentActionName, { verb: string; doing: string; done: string }> = {
  start: { verb: "Start", doing: "Starting", done: "started" },
  stop: { verb: "Stop", doing: "Stopping", done: "stopped" },
  restart: { verb: "Restart", doing: "Restarting", done: "restarted" },
  reload: { verb: "Reload", doing: "Reloading", done: "reloaded" },
  delete: { verb: "Delete", doing: "Deleting", done: "deleted" },
  scale: { verb: "Change instances", doing: "Changing instances", done: "has another number of instances" },
  reset: { verb: "Reset counts", doing: "Resetting counts", done: "counts restarts from zero" },
  signal: { verb: "Send a signal", doing: "Sending a signal", done: "got the signal" },
  flush: { verb: "Empty logs", doing: "Emptying logs", done: "has empty logs" },
};

/** What may be done with a process of the panel is less: it would not come back by itself. */
export const isOffered = (
  { own, readOnly }: Pick<Deployment, "own" | "readOnly">,
  action: DeploymentActionName,
): boolean =>
  !readOnly && (!own || (action !== "stop" && action !== "delete" && action !== "scale" && action !== "signal"));

/** Whether PM2 can change the number of instances. */
export const isScalable = (deployment: Pick<Deployment, "own" | "readOnly" | "mode">): boolean =>
  deployment.mode === "cluster" && isOffered(deployment, "scale");
