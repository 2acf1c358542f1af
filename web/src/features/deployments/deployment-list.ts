import type { Deployment, DeploymentAction, ProcessStatus } from "../../../../shared/protocol/deployment.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import type { Tone } from "../../ui/index.ts";

export interface DeploymentTotals {
  online: number;
  total: number;
  cpuPercent: number;
  memoryBytes: number;
  restarts: number;
  /** Milliseconds since the epoch of the earliest start among what runs; null when nothing does. */
  since: number | null;
}

/** What a deployment is called: with its namespace, unless that is PM2's own. */
export const labelOf = ({ name, namespace }: Pick<Deployment, "name" | "namespace">): string =>
  visibleName(namespace === "default" ? name : `${namespace}/${name}`);

/** The figures of all processes of one name together. */
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

export interface Look {
  tone: Tone;
  pulse: boolean;
  text: string;
}

const looks: Record<ProcessStatus, Look> = {
  online: { tone: "ok", pulse: false, text: "Online" },
  stopping: { tone: "warn", pulse: true, text: "Stopping" },
  stopped: { tone: "neutral", pulse: false, text: "Stopped" },
  launching: { tone: "info", pulse: true, text: "Starting" },
  errored: { tone: "bad", pulse: false, text: "Errored" },
  "one-launch-status": { tone: "neutral", pulse: false, text: "Ran once" },
  "waiting restart": { tone: "warn", pulse: true, text: "Waiting to restart" },
};

/** How a status looks; a word of a newer PM2 is shown as it is. */
export const lookOfStatus = (status: ProcessStatus): Look =>
  looks[status] ?? { tone: "neutral", pulse: false, text: status };

/** How a deployment looks: in part online is neither online nor stopped. */
export function lookOf(deployment: Pick<Deployment, "status" | "instances">): Look {
  const { online, total } = totalsOf(deployment);
  if (online > 0 && online < total) return { tone: "warn", pulse: false, text: `${online} of ${total} online` };
  return lookOfStatus(deployment.status);
}

export const isUp = (deployment: Pick<Deployment, "instances">): boolean =>
  deployment.instances.some(
    ({ status }) => status !== "stopped" && status !== "errored" && status !== "one-launch-status",
  );

export function matches(deployment: Deployment, filter: string): boolean {
  const wanted = filter.trim().toLowerCase();
  return [deployment.name, deployment.script, deployment.namespace, deployment.status].some((text) =>
    text.toLowerCase().includes(wanted),
  );
}

export type DeploymentDeed = DeploymentAction | "delete";

/** The words while it happens and once it has happened. */
export const deedWords: Record<DeploymentDeed, { verb: string; doing: string; done: string }> = {
  start: { verb: "Start", doing: "Starting", done: "started" },
  stop: { verb: "Stop", doing: "Stopping", done: "stopped" },
  restart: { verb: "Restart", doing: "Restarting", done: "restarted" },
  reload: { verb: "Reload", doing: "Reloading", done: "reloaded" },
  delete: { verb: "Delete", doing: "Deleting", done: "deleted" },
};
