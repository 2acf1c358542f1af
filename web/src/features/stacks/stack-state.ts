import type { Stack } from "../../../../shared/protocol/stack.ts";
import type { Tone } from "../../ui/index.ts";

/** How a stack's state looks, in a word. */
export function lookOf({ state, unhealthy }: Pick<Stack, "state" | "unhealthy">): { tone: Tone; text: string } {
  switch (state) {
    case "running":
      return { tone: "ok", text: "Running" };
    case "partial":
      return { tone: "warn", text: "Partly running" };
    case "unhealthy":
      return { tone: "bad", text: unhealthy === 1 ? "1 unhealthy" : `${unhealthy} unhealthy` };
    case "created":
      return { tone: "neutral", text: "Not started" };
    case "stopped":
      return { tone: "neutral", text: "Stopped" };
    case "down":
      return { tone: "neutral", text: "Down" };
    case "unknown":
      return { tone: "neutral", text: "Unknown" };
  }
}

/** What needs attention comes first. */
export const rankOf = ({ state }: Pick<Stack, "state">): number =>
  ["unhealthy", "partial", "running", "created", "stopped", "down", "unknown"].indexOf(state);

/** Containers that run, of those that should; null while there are none, or it is not known. */
export const countsOf = ({
  state,
  running,
  total,
  finished,
}: Pick<Stack, "state" | "running" | "total" | "finished">) =>
  state === "unknown" || total === 0 ? null : { running, expected: total - finished };

const verbs: Record<string, string> = { up: "Bring up", down: "Take down", remove: "Delete" };

/** What a killed server left half done; null when nothing. */
export const interruptedText = ({ interrupted }: Pick<Stack, "interrupted">): string | null => {
  if (!interrupted) return null;
  const { verb } = interrupted;
  const name = verbs[verb] ?? verb.charAt(0).toUpperCase() + verb.slice(1);
  return `${name} was interrupted: the panel's API ended before it was over. What was done until then stays; run it again.`;
};

/** Why a stack can only be looked at, and what to do about it. */
export const lockText = ({ lock, reason, folder }: Pick<Stack, "lock" | "reason" | "folder">): string => {
  if (lock !== "outside" || folder === "") return reason ?? "";
  return `It was made from ${folder}, which is not one of the folders this panel may edit. To edit it here, add that folder, or one above it, to the variable STACKS_ROOTS and restart the panel's API.`;
};

export const nameProblem = (name: string, taken: (name: string) => boolean): string | null => {
  if (name === "") return "A stack needs a name.";
  if (!/^[a-z0-9][a-z0-9_-]*$/.test(name) || name.length > 63) {
    return "Lower-case letters, digits, - and _, beginning with a letter or digit.";
  }
  return taken(name) ? "There is a stack of that name already." : null;
};

/** Variables typed as lines `NAME=value`; a sentence about the first line that is none. */
export function parseVariables(text: string): { values: Record<string, string> } | { problem: string } {
  const values: Record<string, string> = {};
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "" || line.trimStart().startsWith("#")) continue;
    const [, name, value = ""] = /^\s*([A-Za-z_][A-Za-z0-9_.-]*)=(.*)$/.exec(line) ?? [];
    if (name === undefined) return { problem: `Line ${index + 1} is not of the form NAME=value.` };
    values[name] = value.trimEnd();
  }
  return { values };
}

/** A first compose file. */
export const starter = `services:
  web:
    image: nginx:1.29-alpine
    restart: unless-stopped
    ports:
      - "8080:80"
`;
