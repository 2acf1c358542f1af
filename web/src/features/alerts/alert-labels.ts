import type { AlertEvent, AlertRule, AlertSubject } from "../../../../shared/protocol/alert.ts";
import type { AlertEventKind, ChannelType, ConditionKind, Severity } from "../../../../shared/protocol/alert-kinds.ts";
import { alertEventLabels, severityLabels } from "../../../../shared/protocol/alert-labels.ts";
import { containerHref, processHref } from "../../lib/addresses.ts";
import { formatCount, formatPercent } from "../../lib/format.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import type { Tone } from "../../ui/Badge.tsx";

export const severityDisplay: Record<Severity, { tone: Tone; text: string }> = {
  critical: { tone: "bad", text: severityLabels.critical },
  warning: { tone: "warn", text: severityLabels.warning },
  info: { tone: "info", text: severityLabels.info },
};

const eventTones: Record<AlertEventKind, Tone | "severity"> = {
  firing: "severity",
  resolved: "ok",
  repeated: "severity",
  flapping: "severity",
  steady: "neutral",
  healing: "info",
  "heal-failed": "bad",
  "gave-up": "bad",
};

export const eventLabel = (kind: AlertEventKind): string => alertEventLabels[kind];

/** Color of a history entry: that of its severity, unless the kind of the entry has its own. */
export function toneOf({ kind, severity }: Pick<AlertEvent, "kind" | "severity">): Tone {
  const tone = eventTones[kind];
  return tone === "severity" ? severityDisplay[severity].tone : tone;
}

export const conditionLabels: Record<ConditionKind, string> = {
  "container-stopped": "Container stopped by itself",
  "container-unhealthy": "Container unhealthy",
  "container-restarts": "Container keeps restarting",
  "container-oom": "Container out of memory",
  "container-log": "Container log line",
  "container-memory": "Container near its memory limit",
  "container-cpu": "High container CPU",
  "host-cpu": "Host: high CPU",
  "host-memory": "Host: high memory",
  "host-load": "Host: high load",
  "host-disk": "Host: disk almost full",
  "process-failed": "PM2 process errored",
  "process-cpu": "High CPU of a PM2 process",
  "process-memory": "High memory of a PM2 process",
  "process-restarts": "PM2 process keeps restarting",
  "mcp-failed": "MCP server failed",
  "mcp-restarts": "MCP server keeps failing",
  "process-log": "Log line of a PM2 process",
  "process-log-size": "Large log of a PM2 process",
  "process-not-listening": "PM2 process no longer listens",
};

export const channelTypeLabels: Record<ChannelType, string> = { webhook: "Webhook", ntfy: "ntfy", email: "E-mail" };

/** Name of a subject as text that cannot disguise itself. */
export const subjectName = ({ kind, name }: AlertSubject): string =>
  kind === "host" && name === "host" ? "Host" : visibleName(name);

/** The page that shows a subject. */
export function hrefOf({ kind, name }: AlertSubject): string {
  if (kind === "container") return containerHref(name);
  if (kind === "process") return processHref(name);
  if (kind === "mcp") return "/mcp";
  return "/system";
}

/** A time span in its largest whole unit, such as `10 minutes`; otherwise in seconds. */
export function formatSpan(seconds: number): string {
  const units: [number, string][] = [
    [86_400, "day"],
    [3_600, "hour"],
    [60, "minute"],
  ];
  const [size, unit] = units.find(([length]) => seconds >= length && seconds % length === 0) ?? [1, "second"];
  const count = seconds / size;
  return count === 1 ? `1 ${unit}` : `${formatCount(count)} ${unit}s`;
}

/** Condition of a rule with its thresholds, in one line. */
export function describeRule({ condition, forSeconds }: Pick<AlertRule, "condition" | "forSeconds">): string {
  const parts = [conditionLabels[condition.kind]];
  if ("percent" in condition) parts.push(`at least ${formatPercent(condition.percent)}`);
  if ("mebibytes" in condition) parts.push(`at least ${formatCount(condition.mebibytes)} MiB`);
  if ("perCore" in condition) parts.push(`at least ${condition.perCore} per core`);
  if ("port" in condition && condition.port !== null) parts.push(`port ${condition.port}`);
  if (condition.kind === "container-log" || condition.kind === "process-log") {
    if (condition.levels.length > 0) parts.push(condition.levels.join(", "));
    if (condition.pattern) parts.push(`“${visibleName(condition.pattern)}”`);
  }
  if ("withinSeconds" in condition) parts.push(`${condition.count}× within ${formatSpan(condition.withinSeconds)}`);
  if (forSeconds > 0) parts.push(`for ${formatSpan(forSeconds)}`);
  return parts.join(" · ");
}

/** The subjects that a rule applies to: `all`, or the first two names. */
export function describeSubjects({ subjects }: Pick<AlertRule, "subjects">): string {
  const all = [...subjects.projects.map((project) => `project ${project}`), ...subjects.names].map(visibleName);
  if (all.length === 0) return "all";
  return all.length > 2 ? `${all.slice(0, 2).join(", ")} and ${all.length - 2} more` : all.join(", ");
}
