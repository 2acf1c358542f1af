import { toPlainLine } from "../../shared/logs/plain-text.ts";
import type { AlertEvent, AlertEventKind, Severity } from "../../shared/protocol/alert.ts";
import { severities } from "../../shared/protocol/alert.ts";

/** What one message of a channel tells: one event, or several that came together. */
export interface AlertMessage {
  /** Name of the machine. */
  host: string;
  events: readonly AlertEvent[];
  /** Events that were thrown away before these, because too many waited. */
  lost: number;
  /** Somebody pressed the test button. */
  test?: boolean;
}

/** Lines of a message; the rest is counted. */
const LINES_MAX = 20;

const words: Record<AlertEventKind, string> = {
  firing: "Alert",
  resolved: "Resolved",
  repeated: "Still so",
  flapping: "Comes and goes",
  steady: "Steady again",
  healing: "Restarted",
  "heal-failed": "Restart failed",
  "gave-up": "Given up",
};

// Names and details come from containers, processes and their logs: each stays part of its own line.
const lineOf = ({ kind, ruleName, subject, detail }: AlertEvent) =>
  `${words[kind]}: ${toPlainLine(subject.name)}: ${toPlainLine(ruleName)}${detail ? ` (${toPlainLine(detail)})` : ""}`;

export function titleOf({ host, events, test }: AlertMessage): string {
  if (test) return `${host}: a test of the alerts`;
  const [first] = events;
  if (events.length === 1 && first) return `${host}: ${words[first.kind]}: ${toPlainLine(first.subject.name)}`;
  const firing = events.filter(({ kind }) => kind === "firing").length;
  const resolved = events.filter(({ kind }) => kind === "resolved").length;
  const parts = [firing > 0 && `${firing} firing`, resolved > 0 && `${resolved} resolved`].filter(Boolean);
  return `${host}: ${parts.length > 0 ? parts.join(", ") : `${events.length} messages`}`;
}

export function textOf({ events, lost, test }: AlertMessage): string {
  if (test) return "This is how alerts of this panel will reach you.";
  const lines = events.slice(0, LINES_MAX).map(lineOf);
  if (events.length > LINES_MAX) lines.push(`and ${events.length - LINES_MAX} more`);
  if (lost > 0) lines.push(`${lost} older messages were thrown away`);
  return lines.join("\n");
}

/** The worst of what is told; good news alone is no more than a notice. */
export function severityOf({ events, test }: AlertMessage): Severity {
  if (test) return "info";
  const bad = events.filter(({ kind }) => kind !== "resolved" && kind !== "steady");
  return severities[Math.max(0, ...bad.map(({ severity }) => severities.indexOf(severity)))] ?? "info";
}
