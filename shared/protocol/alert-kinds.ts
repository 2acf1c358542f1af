/**
 * Conditions of rules. `subject`: what the condition is about. `measure`: how it is evaluated.
 * - `state`: true or false
 * - `metric`: a metric against a threshold
 * - `count`: occurrences within a period
 */
export const conditionKinds = {
  "container-stopped": { subject: "container", measure: "state" },
  "container-unhealthy": { subject: "container", measure: "state" },
  "container-restarts": { subject: "container", measure: "count" },
  "container-oom": { subject: "container", measure: "count" },
  "container-log": { subject: "container", measure: "count" },
  "container-memory": { subject: "container", measure: "metric" },
  "container-cpu": { subject: "container", measure: "metric" },
  "host-cpu": { subject: "host", measure: "metric" },
  "host-memory": { subject: "host", measure: "metric" },
  "host-load": { subject: "host", measure: "metric" },
  "host-disk": { subject: "host", measure: "metric" },
  "process-failed": { subject: "process", measure: "state" },
  "process-cpu": { subject: "process", measure: "metric" },
  "process-memory": { subject: "process", measure: "metric" },
  "process-restarts": { subject: "process", measure: "count" },
  "mcp-failed": { subject: "mcp", measure: "state" },
  "mcp-restarts": { subject: "mcp", measure: "count" },
  "process-log": { subject: "process", measure: "count" },
  "process-log-size": { subject: "process", measure: "metric" },
  "process-not-listening": { subject: "process", measure: "state" },
} as const satisfies Record<string, { subject: AlertSubjectKind; measure: "state" | "metric" | "count" }>;

export type ConditionKind = keyof typeof conditionKinds;
/** A container, PM2 process or MCP server by its name, or the host and its disks. */
export type AlertSubjectKind = "container" | "process" | "mcp" | "host";

export const severities = ["info", "warning", "critical"] as const;
export type Severity = (typeof severities)[number];

/** Conditions on lines of logs. */
export const logConditions: readonly ConditionKind[] = ["container-log", "process-log"];

/** Highest threshold of `process-memory` and `process-log-size`, in MiB: 16 TiB. */
export const MEBIBYTES_MAX = 16_777_216;

/** Conditions for which a rule can restart the container. */
export const healable: readonly ConditionKind[] = ["container-stopped", "container-unhealthy"];

/** `pending`: the condition holds, but not yet for the duration of the rule. */
export const alertPhases = ["pending", "firing"] as const;
export type AlertPhase = (typeof alertPhases)[number];

/** Transitions in the alert history. */
export const alertEventKinds = [
  "firing",
  "resolved",
  "repeated",
  "flapping",
  "steady",
  "healing",
  "heal-failed",
  "gave-up",
] as const;
export type AlertEventKind = (typeof alertEventKinds)[number];

export const channelTypes = ["webhook", "ntfy", "email"] as const;
export type ChannelType = (typeof channelTypes)[number];

/** Channel id of the notification list in the panel; every rule can use it. */
export const BELL = "bell";
/** Channel id of whichever channel is the default of the installation; stands for no channel while none is. */
export const DEFAULT_CHANNEL = "default";
