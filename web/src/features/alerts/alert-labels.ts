import type { AlertEvent, AlertRule, AlertSubject } from "../../../../shared/protocol/alert.ts";
import type { AlertEventKind, ConditionKind, Severity } from "../../../../shared/protocol/alert-kinds.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import type { Tone } from "../../ui/Badge.tsx";

export const severityLooks: Record<Severity, { tone: Tone; text: string }> = {
  critical: { tone: "bad", text: "Critical" },
  warning: { tone: "warn", text: "Warning" },
  info: { tone: "info", text: "Notice" },
};

export const eventLooks: Record<AlertEventKind, { tone: Tone | "severity"; text: string }> = {
  firing: { tone: "severity", text: "Alert" },
  resolved: { tone: "ok", text: "Resolved" },
  repeated: { tone: "severity", text: "Still so" },
  flapping: { tone: "severity", text: "Comes and goes" },
  steady: { tone: "neutral", text: "Steady again" },
  healing: { tone: "info", text: "Restarted" },
  "heal-failed": { tone: "bad", text: "Restart failed" },
  "gave-up": { tone: "bad", text: "Given up" },
};

export function toneOf({ kind, severity }: Pick<AlertEvent, "kind" | "severity">): Tone {
  const { tone } = eventLooks[kind];
  return tone === "severity" ? severityLooks[severity].tone : tone;
}

export const conditionWords: Record<ConditionKind, string> = {
  "container-stopped": "Container stopped by itself",
  "container-unhealthy": "Container unhealthy",
  "container-restarts": "Container restarts again and again",
  "container-oom": "Container out of memory",
  "container-log": "Log line of a container",
  "container-memory": "Container near its memory limit",
  "container-cpu": "Container busy",
  "host-cpu": "Host: processor busy",
  "host-memory": "Host: memory used",
  "host-load": "Host: load",
  "host-disk": "Host: disk full",
  "process-failed": "PM2 process given up",
  "process-restarts": "PM2 process restarts again and again",
};

export const subjectName = ({ kind, name }: AlertSubject): string =>
  kind === "host" && name === "host" ? "Host" : visibleName(name);

/** Where a subject is looked at. */
export function hrefOf({ kind, name }: AlertSubject): string {
  if (kind === "container") return `/services/${encodeURIComponent(name)}`;
  if (kind === "process") return `/deployments/${encodeURIComponent(name)}`;
  return "/system";
}

/** Seconds as people say them. */
export function spanWords(seconds: number): string {
  const units: [number, string][] = [
    [86_400, "day"],
    [3_600, "hour"],
    [60, "minute"],
  ];
  for (const [size, unit] of units) {
    if (seconds < size || seconds % size !== 0) continue;
    const count = seconds / size;
    return count === 1 ? `1 ${unit}` : `${count} ${unit}s`;
  }
  return `${seconds} s`;
}

/** A rule in one sentence, without its name. */
export function ruleWords({ condition, forSeconds }: Pick<AlertRule, "condition" | "forSeconds">): string {
  const parts = [conditionWords[condition.kind]];
  if ("percent" in condition) parts.push(`from ${condition.percent} %`);
  if ("perCore" in condition) parts.push(`from ${condition.perCore} a core`);
  if (condition.kind === "container-log") {
    if (condition.levels.length > 0) parts.push(condition.levels.join(", "));
    if (condition.pattern) parts.push(`“${visibleName(condition.pattern)}”`);
  }
  if ("withinSeconds" in condition) parts.push(`${condition.count}× within ${spanWords(condition.withinSeconds)}`);
  if (forSeconds > 0) parts.push(`for ${spanWords(forSeconds)}`);
  return parts.join(" · ");
}

export function scopeWords({ subjects }: Pick<AlertRule, "subjects">): string {
  const all = [...subjects.projects.map((project) => `project ${project}`), ...subjects.names].map(visibleName);
  if (all.length === 0) return "all";
  return all.length > 2 ? `${all.slice(0, 2).join(", ")} and ${all.length - 2} more` : all.join(", ");
}
