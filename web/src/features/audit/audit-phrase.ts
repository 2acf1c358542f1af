import type { AuditEntry } from "../../../../shared/protocol/account.ts";
import { actionPhrase } from "../../../../shared/protocol/action-labels.ts";
import { visibleName } from "../../lib/terminal-text.ts";

/** What was done, or what somebody wanted to do: `Restarted web`, `Tried to restart web`. */
export function auditPhrase({ action, target, outcome }: Pick<AuditEntry, "action" | "target" | "outcome">): string {
  const name = visibleName(target);
  const isDone = outcome === "done";
  const phrase = `${isDone ? "" : "tried to "}${actionPhrase(action, name, isDone ? "done" : "do")}`;
  return phrase.charAt(0).toUpperCase() + phrase.slice(1);
}
