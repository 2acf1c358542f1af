import type { AuditEntry } from "../../../../shared/protocol/account.ts";
import { actionPhrase } from "../../../../shared/protocol/action-labels.ts";
import { visibleName } from "../../lib/terminal-text.ts";

/** In place of a name where a request was refused before the server knew what it was about. */
const request = /^[A-Z]+ \//;

/** What was done, or what somebody wanted to do: `Restarted web`, `Tried to restart web`, `Tried to create the user (POST /api/users)`. */
export function auditPhrase({ action, target, outcome }: Pick<AuditEntry, "action" | "target" | "outcome">): string {
  const name = request.test(target) && action.includes(":") ? `(${visibleName(target)})` : visibleName(target);
  const isDone = outcome === "done";
  const phrase = `${isDone ? "" : "tried to "}${actionPhrase(action, name, isDone ? "done" : "do")}`;
  return phrase.charAt(0).toUpperCase() + phrase.slice(1);
}
