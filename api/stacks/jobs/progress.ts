import type { JobStep } from "../../../shared/protocol/job.ts";

/** `Creating shop_web_1 ... done`, from Compose 1.x. */
const version1 = /^([A-Z][a-z]+ing) ([\w.-]{1,128}) +\.\.\. ?([\w ]{0,40})/;
/** ` Container shop-web-1  Created`, from Compose 2.x. */
const version2 = /^ *(Container|Network|Volume|Image) +"?([\w./:-]{1,200})"? +([A-Z][a-z]+)\b/;

/** Reads the state of one container, network or image from a line of Compose's output; undefined for any other line. */
export function readStep(line: string): JobStep | undefined {
  const [, doing, name, outcome = ""] = version1.exec(line) ?? [];
  if (doing !== undefined && name !== undefined) {
    return {
      id: name,
      label: name,
      state: outcome.trim() === "" ? doing.toLowerCase() : stateOf(doing, outcome.trim()),
    };
  }
  const [, kind, what, state] = version2.exec(line) ?? [];
  if (kind === undefined || what === undefined || state === undefined) return undefined;
  return { id: `${kind} ${what}`, label: kind === "Container" ? what : `${kind} ${what}`, state: state.toLowerCase() };
}

const past: Record<string, string> = {
  Creating: "created",
  Recreating: "recreated",
  Starting: "started",
  Restarting: "restarted",
  Stopping: "stopped",
  Killing: "killed",
  Removing: "removed",
  Pulling: "pulled",
  Building: "built",
};

const stateOf = (doing: string, outcome: string): string => (outcome === "done" ? (past[doing] ?? "done") : outcome);
