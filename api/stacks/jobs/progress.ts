import type { JobStep } from "../../../shared/protocol/job.ts";

/** `Creating shop_web_1 ... done`, of the old generation. */
const old = /^([A-Z][a-z]+ing) ([\w.-]{1,128}) +\.\.\. ?([\w ]{0,40})/;
/** ` Container shop-web-1  Created`, of the new one. */
const plain = /^ *(Container|Network|Volume|Image) +"?([\w./:-]{1,200})"? +([A-Z][a-z]+)\b/;

/** What a line of Compose's output says of one container, network or image; undefined for any other line. */
export function readStep(line: string): JobStep | undefined {
  const [, doing, name, outcome = ""] = old.exec(line) ?? [];
  if (doing !== undefined && name !== undefined) {
    return {
      id: name,
      label: name,
      state: outcome.trim() === "" ? doing.toLowerCase() : stateOf(doing, outcome.trim()),
    };
  }
  const [, kind, what, state] = plain.exec(line) ?? [];
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
