import type { Alert, Severity } from "../../shared/protocol/alert.ts";
import type { Entry } from "./engine/entries.ts";

/** Turns an engine entry into the alert that responses show. `clock` converts the end of a silence to wall-clock time. */
export function toAlert({ id, rule, subject, state }: Entry, clock: { tick(): number; now(): Date }): Alert {
  const silenceLeftMs = state.silencedUntil - clock.tick();
  return {
    id,
    ruleId: rule.id,
    ruleName: rule.name,
    condition: rule.condition.kind,
    severity: rule.severity,
    subject: { kind: subject.kind, name: subject.name },
    phase: state.phase === "firing" ? "firing" : "pending",
    since: state.sinceAt,
    firingSince: state.firingAt,
    detail: state.detail,
    acknowledgedBy: state.acknowledgedBy,
    silencedUntil: silenceLeftMs > 0 ? new Date(clock.now().getTime() + silenceLeftMs).toISOString() : null,
    flapping: state.flapping,
    heals: state.heals.length,
    gaveUp: state.gaveUp,
  };
}

const rank: Record<Severity, number> = { critical: 0, warning: 1, info: 2 };

/** Sorts firing alerts before pending ones, then the most severe first, then the newest first. */
export function compareAlerts(a: Alert, b: Alert): number {
  if (a.phase !== b.phase) return a.phase === "firing" ? -1 : 1;
  return rank[a.severity] - rank[b.severity] || b.since.localeCompare(a.since);
}
