import type { Job, JobState } from "../../../../shared/protocol/job.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import type { Tone } from "../../ui/Badge.tsx";

export const jobStateDisplay: Record<JobState, { tone: Tone; text: string }> = {
  running: { tone: "info", text: "Running" },
  succeeded: { tone: "ok", text: "Done" },
  failed: { tone: "bad", text: "Failed" },
  interrupted: { tone: "bad", text: "Interrupted" },
  cancelled: { tone: "neutral", text: "Cancelled" },
};

/** Labels of the kinds of job that do not follow from the name of the kind. */
const labels: Record<string, { verb: string; done: string }> = {
  "service:start": { verb: "Start", done: "started" },
  "service:stop": { verb: "Stop", done: "stopped" },
  "service:restart": { verb: "Restart", done: "restarted" },
  "service:recreate": { verb: "Recreate", done: "recreated" },
  "deployment:rotate": { verb: "Rotate logs of", done: "has rotated logs" },
  "deployment:scale": { verb: "Change instances of", done: "has another number of instances" },
  "stack:up": { verb: "Deploy", done: "deployed" },
  "stack:down": { verb: "Remove containers of", done: "containers removed" },
  "stack:start": { verb: "Start", done: "started" },
  "stack:stop": { verb: "Stop", done: "stopped" },
  "stack:restart": { verb: "Restart", done: "restarted" },
  "stack:pull": { verb: "Pull images of", done: "images pulled" },
  "stack:remove": { verb: "Delete", done: "deleted" },
  "service:update": { verb: "Update", done: "updated" },
  "service:go-back": { verb: "Roll back", done: "runs its previous image" },
  "image:pull": { verb: "Pull", done: "pulled" },
  "disk:prune": { verb: "Remove", done: "removed" },
  "catalogue:install": { verb: "Install", done: "installed" },
  "update:check": { verb: "Check for updates of", done: "checked for updates" },
  "mcp:update": { verb: "Update the program of", done: "runs the newest version" },
  "mcp:check-calls": { verb: "Check the saved calls of", done: "saved calls were checked" },
  "service:remove": { verb: "Remove", done: "removed" },
};

const labelsOf = (kind: string) => {
  const verb = kind.slice(kind.indexOf(":") + 1).replaceAll("-", " ");
  return labels[kind] ?? { verb: verb.charAt(0).toUpperCase() + verb.slice(1), done: `${verb} is done` };
};

/** The target without the id that the audit trail names beside an MCP server. */
const nameOf = ({ kind, target }: Pick<Job, "kind" | "target">): string =>
  visibleName(kind.startsWith("mcp:") ? target.replace(/ \([0-9a-f-]{36}\)$/, "") : target);

/** `Recreate shop-web` */
export const jobTitle = (job: Pick<Job, "kind" | "target">): string => `${labelsOf(job.kind).verb} ${nameOf(job)}`;

/** How a job ended, in one sentence. */
export function jobEnd(job: Job): string {
  const { state, error } = job;
  const { verb, done } = labelsOf(job.kind);
  const name = nameOf(job);
  if (state === "succeeded") return `${name}: ${done}`;
  if (state === "cancelled") return `${verb} ${name}: cancelled`;
  return `${verb} ${name}: ${error?.message ?? "failed"}`;
}
