import { type AlertRule, type AlertRuleInput, alertRuleBody } from "../../shared/protocol/alert.ts";
import type { Log } from "../../shared/server/log.ts";
import type { EventStore } from "./event-store.ts";
import type { RuleStore } from "./rule-store.ts";

/**
 * Rules of a new installation, one set per release that added some. They notify the bell only. A set is added once: a
 * deleted rule does not come back.
 */
const sets: AlertRuleInput[][] = [
  [
    { name: "Container unhealthy", condition: { kind: "container-unhealthy" }, forSeconds: 60, severity: "critical" },
    {
      name: "Restart loop",
      condition: { kind: "container-restarts", count: 5, withinSeconds: 600 },
      severity: "critical",
    },
    { name: "Out of memory", condition: { kind: "container-oom", count: 1, withinSeconds: 600 }, severity: "warning" },
    { name: "Disk almost full", condition: { kind: "host-disk", percent: 90 }, forSeconds: 60, severity: "critical" },
  ],
  [
    { name: "Container stopped by itself", condition: { kind: "container-stopped" }, severity: "critical" },
    { name: "PM2 app given up", condition: { kind: "process-failed" }, severity: "critical" },
  ],
].map((rules) => rules.map((rule) => alertRuleBody.parse(rule)));

const SETS = "default_sets";

/** Adds the sets of default rules that this installation has not received yet. */
export function addDefaultRules(
  rules: Pick<RuleStore, "list" | "add">,
  store: Pick<EventStore, "meta" | "setMeta">,
  log: Log,
): void {
  // Releases before the second set stored only the time of the first.
  const had = Number(store.meta(SETS) ?? (store.meta("defaults") === undefined ? 0 : 1));
  if (had >= sets.length) return;
  for (const rule of sets.slice(had).flat()) {
    if (had > 0 && rules.list().some((existing) => coversAll(existing, rule))) continue;
    try {
      rules.add(rule, null);
    } catch (error) {
      // The limit of rules is reached. The existing rules take precedence.
      log.warn({ err: error, rule: rule.name }, "a default alert rule could not be added");
    }
  }
  store.setMeta("defaults", store.meta("defaults") ?? new Date().toISOString());
  store.setMeta(SETS, String(sets.length));
}

/** Whether an existing rule already covers every subject of this condition. */
const coversAll = ({ enabled, condition, subjects }: AlertRule, { condition: { kind } }: AlertRuleInput): boolean =>
  enabled && condition.kind === kind && subjects.names.length === 0 && subjects.projects.length === 0;
