import type { AlertCondition, AlertRule, ListedAlertRule } from "../../../../shared/protocol/alert.ts";
import {
  BELL,
  type ConditionKind,
  conditionKinds,
  healable,
  type Severity,
} from "../../../../shared/protocol/alert-kinds.ts";
import type { AlertRuleDraft } from "../../lib/api/alerts.ts";

/** The fields of the editor as they are typed. */
export interface RuleDraft {
  name: string;
  kind: ConditionKind;
  /** Percent, or load a core. */
  threshold: string;
  count: string;
  /** Minutes. */
  within: string;
  pattern: string;
  syntax: "text" | "regex";
  levels: "any" | "warn" | "error";
  anyExit: boolean;
  /** One a line. */
  names: string;
  projects: string;
  /** Seconds. */
  forSeconds: string;
  severity: Severity;
  quiet: boolean;
  days: number[];
  from: string;
  to: string;
  timeZone: string;
  /** Seconds as text; empty: once. */
  repeat: string;
  tellResolved: boolean;
  channels: string[];
  heal: boolean;
  healLimit: string;
  /** Minutes. */
  healWithin: string;
  healBackoff: string;
}

const levelChoices = { any: [], warn: ["warn", "error", "fatal"], error: ["error", "fatal"] } as const;

/** Where a rule of each kind usually begins. */
const usual: Partial<Record<ConditionKind, Partial<RuleDraft>>> = {
  "container-restarts": { count: "5", within: "10" },
  "container-oom": { count: "1", within: "10" },
  "container-log": { count: "1", within: "5" },
  "container-memory": { threshold: "90" },
  "container-cpu": { threshold: "150" },
  "host-load": { threshold: "2" },
  "process-restarts": { count: "5", within: "10" },
};
export const usualOf = (kind: ConditionKind): Partial<RuleDraft> => ({
  threshold: "90",
  count: "3",
  within: "10",
  ...usual[kind],
});

export function newDraft(): RuleDraft {
  return {
    name: "",
    kind: "container-unhealthy",
    threshold: "90",
    count: "3",
    within: "10",
    pattern: "",
    syntax: "text",
    levels: "any",
    anyExit: false,
    names: "",
    projects: "",
    forSeconds: "60",
    severity: "warning",
    quiet: false,
    days: [0, 1, 2, 3, 4, 5, 6],
    from: "22:00",
    to: "07:00",
    timeZone: ownTimeZone(),
    repeat: "",
    tellResolved: true,
    channels: [BELL],
    heal: false,
    healLimit: "3",
    healWithin: "60",
    healBackoff: "30",
  };
}

/** A rule holds no secret: all of it may be kept as a draft. */
export const keepRule = (fields: RuleDraft): Partial<RuleDraft> => ({ ...fields });

/** Choices that this version of the panel does not know are left as they were. */
export function restoreRule({ kind, syntax, levels, severity, ...kept }: Partial<RuleDraft>): Partial<RuleDraft> {
  return {
    ...kept,
    ...(kind && Object.hasOwn(conditionKinds, kind) && { kind }),
    ...((syntax === "text" || syntax === "regex") && { syntax }),
    ...(levels && Object.hasOwn(levelChoices, levels) && { levels }),
    ...(severity && ["info", "warning", "critical"].includes(severity) && { severity }),
  };
}

export const ownTimeZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";

/** A rule without what the server gives it. */
export function toSettings({ id, createdAt, maker, held, ...settings }: ListedAlertRule): AlertRuleDraft {
  return settings;
}

export function toDraft(rule: AlertRule): RuleDraft {
  const { condition, quietHours, healing } = rule;
  const draft: RuleDraft = {
    ...newDraft(),
    name: rule.name,
    kind: condition.kind,
    severity: rule.severity,
    forSeconds: String(rule.forSeconds),
    names: rule.subjects.names.join("\n"),
    projects: rule.subjects.projects.join("\n"),
    repeat: rule.repeatSeconds === null ? "" : String(rule.repeatSeconds),
    tellResolved: rule.tellResolved,
    channels: [...rule.channels],
    quiet: quietHours !== null,
    heal: healing !== null,
  };
  if (quietHours) Object.assign(draft, { ...quietHours, days: [...quietHours.days] });
  if (healing) {
    draft.healLimit = String(healing.limit);
    draft.healWithin = String(healing.withinSeconds / 60);
    draft.healBackoff = String(healing.backoffSeconds);
  }
  if ("percent" in condition) draft.threshold = String(condition.percent);
  if ("perCore" in condition) draft.threshold = String(condition.perCore);
  if ("withinSeconds" in condition) {
    draft.count = String(condition.count);
    draft.within = String(condition.withinSeconds / 60);
  }
  if (condition.kind === "container-stopped") draft.anyExit = condition.anyExit;
  if (condition.kind === "container-log") {
    draft.pattern = condition.pattern ?? "";
    draft.syntax = condition.syntax;
    draft.levels = condition.levels.length === 0 ? "any" : condition.levels.includes("warn") ? "warn" : "error";
  }
  return draft;
}

export type RuleErrors = Partial<Record<keyof RuleDraft, string>>;

const listOf = (text: string) =>
  text
    .split(/[\n,]/)
    .map((item) => item.trim())
    .filter((item) => item !== "");
const isNumber = (text: string, min: number, max: number, whole = true) => {
  const value = Number(text);
  return (
    text.trim() !== "" && Number.isFinite(value) && value >= min && value <= max && (!whole || Number.isInteger(value))
  );
};

/** What the server is sent, or what is wrong with which field. */
export function toRule(draft: RuleDraft, enabled: boolean): { rule: AlertRuleDraft } | { errors: RuleErrors } {
  const errors: RuleErrors = {};
  const { subject, measure } = conditionKinds[draft.kind];
  const isLoad = draft.kind === "host-load";
  const highest = isLoad ? 1_000 : draft.kind === "container-cpu" ? 100_000 : 100;
  if (draft.name.trim() === "") errors.name = "A name is needed.";
  if (measure === "figure" && !isNumber(draft.threshold, isLoad ? 0.1 : 1, highest, false)) {
    errors.threshold = `A number up to ${highest} is needed.`;
  }
  if (measure === "count") {
    if (!isNumber(draft.count, 1, 1_000)) errors.count = "A number from 1 to 1,000 is needed.";
    if (!isNumber(draft.within, 0.5, 1_440, false)) errors.within = "Minutes from 0.5 to 1,440 are needed.";
  }
  if (draft.kind === "container-log" && draft.pattern.trim() === "" && draft.levels === "any") {
    errors.pattern = "A text, an expression or a level is needed.";
  }
  if (!isNumber(draft.forSeconds, 0, 86_400)) errors.forSeconds = "Seconds up to a day are needed.";
  if (draft.quiet && draft.days.length === 0) errors.days = "Choose at least one day.";
  const heals = draft.heal && healable.includes(draft.kind);
  if (heals) {
    if (!isNumber(draft.healLimit, 1, 20)) errors.healLimit = "A number from 1 to 20 is needed.";
    if (!isNumber(draft.healWithin, 1, 1_440)) errors.healWithin = "Minutes from 1 to 1,440 are needed.";
    if (!isNumber(draft.healBackoff, 1, 3_600)) errors.healBackoff = "Seconds from 1 to 3,600 are needed.";
  }
  if (Object.keys(errors).length > 0) return { errors };
  const { days, from, to, timeZone } = draft;
  return {
    rule: {
      name: draft.name.trim(),
      enabled,
      condition: toCondition(draft),
      severity: draft.severity,
      subjects: {
        names: listOf(draft.names),
        projects: subject === "container" ? listOf(draft.projects) : [],
      },
      forSeconds: measure === "count" ? 0 : Number(draft.forSeconds),
      quietHours: draft.quiet ? { days: [...days].sort(), from, to, timeZone: timeZone.trim() } : null,
      repeatSeconds: draft.repeat === "" ? null : Number(draft.repeat),
      tellResolved: draft.tellResolved,
      channels: [...draft.channels],
      healing: heals
        ? {
            limit: Number(draft.healLimit),
            withinSeconds: Number(draft.healWithin) * 60,
            backoffSeconds: Number(draft.healBackoff),
          }
        : null,
    },
  };
}

function toCondition({ kind, threshold, count, within, pattern, syntax, levels, anyExit }: RuleDraft) {
  const counting = { count: Number(count), withinSeconds: Math.round(Number(within) * 60) };
  const measures = {
    state: kind === "container-stopped" ? { kind, anyExit } : { kind },
    figure: kind === "host-load" ? { kind, perCore: Number(threshold) } : { kind, percent: Number(threshold) },
    count:
      kind === "container-log"
        ? { kind, ...counting, pattern: pattern.trim() || null, syntax, levels: [...levelChoices[levels]] }
        : { kind, ...counting },
  };
  return measures[conditionKinds[kind].measure] as AlertCondition;
}
