import type { Job } from "../../../../shared/protocol/job.ts";
import { visibleName } from "../../lib/terminal-text.ts";

/** Verb and past of the kinds whose words are not their own second half. */
const words: Record<string, { verb: string; done: string }> = {
  "service:start": { verb: "Start", done: "started" },
  "service:stop": { verb: "Stop", done: "stopped" },
  "service:restart": { verb: "Restart", done: "restarted" },
  "service:recreate": { verb: "Recreate", done: "recreated" },
  "stack:up": { verb: "Deploy", done: "deployed" },
  "stack:down": { verb: "Take down", done: "taken down" },
  "stack:stop": { verb: "Stop", done: "stopped" },
  "stack:restart": { verb: "Restart", done: "restarted" },
  "stack:pull": { verb: "Pull images of", done: "images pulled" },
  "stack:remove": { verb: "Delete", done: "deleted" },
  "service:update": { verb: "Update", done: "the update is done" },
  "service:go-back": { verb: "Roll back", done: "runs its previous image" },
  "image:pull": { verb: "Pull", done: "pulled" },
  "disk:prune": { verb: "Remove", done: "removed" },
  "catalogue:install": { verb: "Install", done: "installed" },
  "update:check": { verb: "Look for newer images of", done: "looked for newer images" },
  "service:remove": { verb: "Remove", done: "removed" },
};

const wordsOf = (kind: string) => {
  const verb = kind.slice(kind.indexOf(":") + 1).replaceAll("-", " ");
  return words[kind] ?? { verb: verb.charAt(0).toUpperCase() + verb.slice(1), done: `${verb} is done` };
};

/** `Recreate shop-web` */
export const jobTitle = ({ kind, target }: Pick<Job, "kind" | "target">): string =>
  `${wordsOf(kind).verb} ${visibleName(target)}`;

/** One sentence on how it ended. */
export function jobEnd({ kind, target, state, error }: Job): string {
  const { verb, done } = wordsOf(kind);
  const name = visibleName(target);
  if (state === "succeeded") return `${name}: ${done}`;
  if (state === "cancelled") return `${verb} ${name}: cancelled`;
  return `${verb} ${name}: ${error?.message ?? "failed"}`;
}
