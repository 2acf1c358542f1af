import type { AlertEventKind, Severity } from "./alert-kinds.ts";

/** How messages and pages name what happened to an alert. */
export const alertEventLabels: Record<AlertEventKind, string> = {
  firing: "Alert",
  resolved: "Resolved",
  repeated: "Still firing",
  flapping: "Flapping",
  steady: "Stable",
  healing: "Restarted",
  "heal-failed": "Restart failed",
  "gave-up": "Restarts exhausted",
};

export const severityLabels: Record<Severity, string> = {
  critical: "Critical",
  warning: "Warning",
  info: "Info",
};
