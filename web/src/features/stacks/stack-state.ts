import type { Stack } from "../../../../shared/protocol/stack.ts";
import type { Tone } from "../../ui/index.ts";
import { newStackMessages, stackActionLabels, stackMessages, stackStates } from "./messages.ts";

/** Tone and label of a stack's state. */
export const statusDisplay = ({
  state,
  unhealthy,
}: Pick<Stack, "state" | "unhealthy">): { tone: Tone; text: string } =>
  state === "unhealthy"
    ? { tone: tones[state], text: stackMessages.unhealthy(unhealthy) }
    : { tone: tones[state], text: stackStates[state] };

const tones: Record<Stack["state"], Tone> = {
  running: "ok",
  partial: "warn",
  unhealthy: "bad",
  created: "neutral",
  stopped: "neutral",
  down: "neutral",
  unknown: "neutral",
};

/** Whether it has containers that do not run; those that finished alone are no reason to start it. */
export const canStart = ({ state, running, total, missing, finished }: Stack): boolean =>
  state !== "unknown" && total - missing - running - (running > 0 ? finished : 0) > 0;

/** What needs attention comes first. */
export const rankOf = ({ state }: Pick<Stack, "state">): number =>
  ["unhealthy", "partial", "running", "created", "stopped", "down", "unknown"].indexOf(state);

/** Running and expected containers; null while there are none or the state is unknown. */
export const countsOf = ({
  state,
  running,
  total,
  finished,
}: Pick<Stack, "state" | "running" | "total" | "finished">) =>
  state === "unknown" || total === 0 ? null : { running, expected: total - finished };

/** The action that was interrupted when the server was killed; null without one. */
export const interruptedText = ({ interrupted }: Pick<Stack, "interrupted">): string | null =>
  interrupted && stackMessages.interrupted(stackActionLabels[interrupted.verb] ?? interrupted.verb);

/** Why a stack is read-only, and how to change that. */
export const readOnlyText = ({ lock, reason, folder }: Pick<Stack, "lock" | "reason" | "folder">): string =>
  lock === "outside" && folder !== "" ? stackMessages.outside(folder) : (reason ?? "");

/** Why a name is not valid for a new stack; null when it is valid. */
export const nameProblem = (name: string, taken: (name: string) => boolean): string | null => {
  if (name === "") return newStackMessages.nameMissing;
  if (!/^[a-z0-9][a-z0-9_-]*$/.test(name) || name.length > 63) {
    return newStackMessages.nameInvalid;
  }
  return taken(name) ? newStackMessages.nameTaken : null;
};

/** Parses lines of the form `NAME=value`, or describes the first invalid line. */
export function parseVariables(text: string): { values: Record<string, string> } | { problem: string } {
  const values: Record<string, string> = {};
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "" || line.trimStart().startsWith("#")) continue;
    const [, name, value = ""] = /^\s*([A-Za-z_][A-Za-z0-9_.-]*)=(.*)$/.exec(line) ?? [];
    if (name === undefined) return { problem: newStackMessages.variableInvalid(index + 1) };
    values[name] = value.trimEnd();
  }
  return { values };
}

/** The compose file a new stack starts with. */
export const starter = `services:
  web:
    image: nginx:1.29-alpine
    restart: unless-stopped
    ports:
      - "8080:80"
`;
