/**
 * What a rule may wait for. `subject`: what it is about. `measure`: how it is read.
 * - `state`: is it so or not
 * - `figure`: a number against a threshold
 * - `count`: how often within a time
 */
export const conditionKinds = {
  "container-stopped": { subject: "container", measure: "state" },
  "container-unhealthy": { subject: "container", measure: "state" },
  "container-restarts": { subject: "container", measure: "count" },
  "container-oom": { subject: "container", measure: "count" },
  "container-log": { subject: "container", measure: "count" },
  "container-memory": { subject: "container", measure: "figure" },
  "container-cpu": { subject: "container", measure: "figure" },
  "host-cpu": { subject: "host", measure: "figure" },
  "host-memory": { subject: "host", measure: "figure" },
  "host-load": { subject: "host", measure: "figure" },
  "host-disk": { subject: "host", measure: "figure" },
  "process-failed": { subject: "process", measure: "state" },
  "process-restarts": { subject: "process", measure: "count" },
} as const satisfies Record<string, { subject: AlertSubjectKind; measure: "state" | "figure" | "count" }>;

export type ConditionKind = keyof typeof conditionKinds;
/** A container by its name, a PM2 process by its name, or the host and its parts. */
export type AlertSubjectKind = "container" | "process" | "host";

export const severities = ["info", "warning", "critical"] as const;
export type Severity = (typeof severities)[number];

/** Conditions whose containers a rule may restart. */
export const healable: readonly ConditionKind[] = ["container-stopped", "container-unhealthy"];

/** What an entry of the history tells. */
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

/** The panel's own bell, which every rule may name beside its channels. */
export const BELL = "bell";
