import { formatCount } from "../../lib/format.ts";

/** Texts of the audit trail. */
export const auditMessages = {
  title: "Audit trail",
  entries: (count: number, hasMore: boolean) =>
    `${formatCount(count)}${hasMore ? "+" : ""} ${count === 1 ? "entry" : "entries"}`,
  search: "Search the audit trail",
  placeholder: "User, action, target",
  refresh: "Refresh",
  list: "Audit entries",
  none: "No matching entries",
  noneHint: "No entry of the audit trail matches this filter.",
  entry: (sequence: number) => `Entry ${sequence}`,
  noEntry: (sequence: number) => `The audit trail has no entry ${sequence}, or you may not read it.`,
  time: "Time",
  actor: "User",
  action: "Action",
  target: "Target",
  outcome: "Outcome",
  status: "Status",
  address: "Address",
  request: "Request",
  detail: "Detail",
  actorOf: (name: string, kind: string) => `${name || "–"} (${kind})`,
} as const;

export const outcomeLabels = {
  all: "Any outcome",
  done: "Done",
  refused: "Refused",
  failed: "Failed",
  interrupted: "Interrupted",
  begun: "Not finished",
} as const;

export const rangeLabels = {
  all: "Any time",
  hour: "Last hour",
  day: "Last 24 hours",
  week: "Last 7 days",
  month: "Last 30 days",
} as const;
