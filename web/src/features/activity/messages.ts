import type { ActivityState } from "../../../../shared/protocol/activity.ts";
import { formatCount } from "../../lib/format.ts";

/** Texts of the record of actions. */
export const activityMessages = {
  title: "Activity",
  entries: (count: number, hasMore: boolean) =>
    `${formatCount(count)}${hasMore ? "+" : ""} ${count === 1 ? "action" : "actions"}`,
  search: "Search activity",
  placeholder: "User, action, target, output",
  state: "Outcome",
  anyState: "Any outcome",
  time: "Time",
  of: (what: string) => `Activity of ${what}`,
  showAll: "Show all",
  list: "Actions",
  none: "No matching actions",
  noneHint: "No recorded action matches this filter.",
  noneYet: "No actions yet",
  noneAtAllHint: "What people and API keys change on this server is listed here, with its output.",
  noneYetHint: "What people and API keys do to it is listed here.",
  today: "Today",
  yesterday: "Yesterday",
  degraded: "The disk is full or cannot be written: new actions are not recorded until there is space.",
  gone: "This action is not recorded, or no longer.",
  target: "Target",
  actor: "User",
  outcome: "Outcome",
  action: "Action",
  request: "Request",
  input: "Input",
  cancel: "Cancel",
  undo: "Undo",
  undoTitle: (phrase: string) => `Undo: ${phrase}?`,
  undoBody: "The panel takes the action back, as far as the target has not changed since.",
  undoStarted: "Undo started",
  noOutput: "This action had no output.",
  moreOutput: "Load more output",
  gap: (lines: number, size: string) =>
    `… ${formatCount(lines)} ${lines === 1 ? "line" : "lines"} (${size}) are not stored …`,
} as const;

export const stateLabels: Record<ActivityState, string> = {
  running: "Running",
  succeeded: "Done",
  failed: "Failed",
  refused: "Refused",
  cancelled: "Cancelled",
  interrupted: "Interrupted",
};
