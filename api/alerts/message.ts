import { toPlainLine } from "../../shared/logs/plain-text.ts";
import { type AlertEvent, type Severity, severities } from "../../shared/protocol/alert.ts";
import { alertEventLabels } from "../../shared/protocol/alert-labels.ts";

/** What one message of a channel carries: one event, or several that were sent together. */
export interface AlertMessage {
  /** Name of the machine. */
  host: string;
  events: readonly AlertEvent[];
  /** Events that were dropped since the last message because the queue was full. */
  lost: number;
  /** A test of the channel, without events. */
  test?: boolean;
}

/** Lines of a message; further events are counted. */
const MAX_LINES = 20;

// Names and details come from containers, processes and their logs: none may start a line of its own.
const lineOf = ({ kind, ruleName, subject, detail }: AlertEvent) =>
  `${alertEventLabels[kind]}: ${toPlainLine(subject.name)}: ${toPlainLine(ruleName)}${detail ? ` (${toPlainLine(detail)})` : ""}`;

/** The title of a message, as one line of plain text. */
export function titleOf({ host, events, test }: AlertMessage): string {
  if (test) return `${host}: test message`;
  const [first] = events;
  if (events.length === 1 && first) {
    return `${host}: ${alertEventLabels[first.kind]}: ${toPlainLine(first.subject.name)}`;
  }
  const firing = events.filter(({ kind }) => kind === "firing").length;
  const resolved = events.filter(({ kind }) => kind === "resolved").length;
  const parts = [firing > 0 && `${firing} firing`, resolved > 0 && `${resolved} resolved`].filter(Boolean);
  return `${host}: ${parts.length > 0 ? parts.join(", ") : `${events.length} messages`}`;
}

/** The body of a message: one line of plain text per event, at most {@link MAX_LINES}. */
export function textOf({ events, lost, test }: AlertMessage): string {
  if (test) return "Alerts from this panel will look like this.";
  const lines = events.slice(0, MAX_LINES).map(lineOf);
  if (events.length > MAX_LINES) lines.push(`and ${events.length - MAX_LINES} more`);
  if (lost > 0) lines.push(`${lost} older messages were dropped`);
  return lines.join("\n");
}

/** The highest severity among events that report a problem; `info` when there is none. */
export function severityOf({ events, test }: AlertMessage): Severity {
  if (test) return "info";
  const bad = events.filter(({ kind }) => kind !== "resolved" && kind !== "steady");
  return severities[Math.max(0, ...bad.map(({ severity }) => severities.indexOf(severity)))] ?? "info";
}
