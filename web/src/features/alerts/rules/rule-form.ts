import type { AlertCondition, AlertRule, ListedAlertRule } from "../../../../../shared/protocol/alert.ts";
import {
  BELL,
  type ConditionKind,
  conditionKinds,
  DEFAULT_CHANNEL,
  healable,
  logConditions,
  MEBIBYTES_MAX,
  type Severity,
  severities,
} from "../../../../../shared/protocol/alert-kinds.ts";
import type { AlertRuleDraft } from "../../../lib/api/alerts.ts";
import { ifKnown } from "../../../lib/known-choice.ts";
import { toNames } from "../../../resource/name-list.ts";
import { alertMessages } from "../messages.ts";

/** The fields of the rule dialog as typed. */
export interface RuleDraft {
  name: string;
  kind: ConditionKind;
  /** Percent, or load per core. */
  threshold: string;
  count: string;
  /** Minutes. */
  within: string;
  pattern: string;
  syntax: "text" | "regex";
  levels: "any" | "warn" | "error";
  anyExit: boolean;
  /** TCP port; empty: every port that the process listened on. */
  port: string;
  /** One per line. */
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

const texts = alertMessages.ruleErrors;
const levelChoices = { any: [], warn: ["warn", "error", "fatal"], error: ["error", "fatal"] } as const;

/** Values a rule of each kind starts with. */
const defaults: Partial<Record<ConditionKind, Partial<RuleDraft>>> = {
  "container-restarts": { count: "5", within: "10" },
  "container-oom": { count: "1", within: "10" },
  "container-log": { count: "1", within: "5" },
  "process-log": { count: "1", within: "5" },
  "process-log-size": { threshold: "1024" },
  "container-memory": { threshold: "90" },
  "container-cpu": { threshold: "150" },
  "host-load": { threshold: "2" },
  "process-cpu": { threshold: "150" },
  "process-memory": { threshold: "1024" },
  "process-restarts": { count: "5", within: "10" },
  "mcp-restarts": { count: "3", within: "10" },
};
/** The values that the dialog sets when a condition is selected. */
export const defaultsOf = (kind: ConditionKind): Partial<RuleDraft> => ({
  threshold: "90",
  count: "3",
  within: "10",
  ...defaults[kind],
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
    port: "",
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
    channels: [BELL, DEFAULT_CHANNEL],
    heal: false,
    healLimit: "3",
    healWithin: "60",
    healBackoff: "30",
  };
}

/** What a draft keeps: all fields, because a rule contains no secret. */
export const keepRule = (fields: RuleDraft): Partial<RuleDraft> => ({ ...fields });

/** Fields of a stored draft, without choices that this version does not know. */
export function restoreRule({ kind, syntax, levels, severity, ...kept }: Partial<RuleDraft>): Partial<RuleDraft> {
  return {
    ...kept,
    ...ifKnown({ kind }, kind !== undefined && Object.hasOwn(conditionKinds, kind)),
    ...ifKnown({ syntax }, syntax === "text" || syntax === "regex"),
    ...ifKnown({ levels }, levels !== undefined && Object.hasOwn(levelChoices, levels)),
    ...ifKnown({ severity }, severity !== undefined && severities.includes(severity)),
  };
}

export const ownTimeZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";

/** A rule without the fields that the server sets. */
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
  if ("mebibytes" in condition) draft.threshold = String(condition.mebibytes);
  if ("perCore" in condition) draft.threshold = String(condition.perCore);
  if ("withinSeconds" in condition) {
    draft.count = String(condition.count);
    draft.within = String(condition.withinSeconds / 60);
  }
  if (condition.kind === "container-stopped") draft.anyExit = condition.anyExit;
  if (condition.kind === "process-not-listening") draft.port = condition.port === null ? "" : String(condition.port);
  if (condition.kind === "container-log" || condition.kind === "process-log") {
    draft.pattern = condition.pattern ?? "";
    draft.syntax = condition.syntax;
    draft.levels = condition.levels.length === 0 ? "any" : condition.levels.includes("warn") ? "warn" : "error";
  }
  return draft;
}

export type RuleErrors = Partial<Record<keyof RuleDraft, string>>;

/** What each part of the rule dialog gets. */
export interface RuleFieldsProps {
  draft: RuleDraft;
  set: (change: Partial<RuleDraft>) => void;
  errors: RuleErrors;
}

const isNumber = (text: string, min: number, max: number, whole = true) => {
  const value = Number(text);
  return (
    text.trim() !== "" && Number.isFinite(value) && value >= min && value <= max && (!whole || Number.isInteger(value))
  );
};

/** Highest threshold of a metric; 100 for a share. */
const highestOf: Partial<Record<ConditionKind, number>> = {
  "host-load": 1_000,
  "container-cpu": 100_000,
  "process-cpu": 100_000,
  "process-memory": MEBIBYTES_MAX,
  "process-log-size": MEBIBYTES_MAX,
};
/** Field of a threshold that is no percentage. */
const unitOf: Partial<Record<ConditionKind, string>> = {
  "host-load": "perCore",
  "process-memory": "mebibytes",
  "process-log-size": "mebibytes",
};

/** The request to the server, or the errors by field. */
export function toRule(draft: RuleDraft, enabled: boolean): { rule: AlertRuleDraft } | { errors: RuleErrors } {
  const errors: RuleErrors = {};
  const { subject, measure } = conditionKinds[draft.kind];
  const isLoad = draft.kind === "host-load";
  const highest = highestOf[draft.kind] ?? 100;
  if (draft.name.trim() === "") errors.name = texts.name;
  if (measure === "metric" && !isNumber(draft.threshold, isLoad ? 0.1 : 1, highest, false)) {
    errors.threshold = texts.threshold(highest);
  }
  if (measure === "count") {
    if (!isNumber(draft.count, 1, 1_000)) errors.count = texts.count;
    if (!isNumber(draft.within, 0.5, 1_440, false)) errors.within = texts.within;
  }
  if (logConditions.includes(draft.kind) && draft.pattern.trim() === "" && draft.levels === "any") {
    errors.pattern = texts.pattern;
  }
  if (draft.kind === "process-not-listening" && draft.port.trim() !== "" && !isNumber(draft.port, 1, 65_535)) {
    errors.port = texts.port;
  }
  if (!isNumber(draft.forSeconds, 0, 86_400)) errors.forSeconds = texts.forSeconds;
  if (draft.quiet && draft.days.length === 0) errors.days = texts.days;
  const restarts = draft.heal && healable.includes(draft.kind);
  if (restarts) {
    if (!isNumber(draft.healLimit, 1, 20)) errors.healLimit = texts.restartLimit;
    if (!isNumber(draft.healWithin, 1, 1_440)) errors.healWithin = texts.restartWithin;
    if (!isNumber(draft.healBackoff, 1, 3_600)) errors.healBackoff = texts.restartBackoff;
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
        names: toNames(draft.names),
        projects: subject === "container" ? toNames(draft.projects) : [],
      },
      forSeconds: measure === "count" ? 0 : Number(draft.forSeconds),
      quietHours: draft.quiet ? { days: [...days].sort(), from, to, timeZone: timeZone.trim() } : null,
      repeatSeconds: draft.repeat === "" ? null : Number(draft.repeat),
      tellResolved: draft.tellResolved,
      channels: [...draft.channels],
      healing: restarts
        ? {
            limit: Number(draft.healLimit),
            withinSeconds: Number(draft.healWithin) * 60,
            backoffSeconds: Number(draft.healBackoff),
          }
        : null,
    },
  };
}

function toCondition({ kind, threshold, count, within, pattern, syntax, levels, anyExit, port }: RuleDraft) {
  const counting = { count: Number(count), withinSeconds: Math.round(Number(within) * 60) };
  const toState = () => {
    if (kind === "process-not-listening") return { kind, port: port.trim() === "" ? null : Number(port) };
    return kind === "container-stopped" ? { kind, anyExit } : { kind };
  };
  const measures = {
    state: toState(),
    metric: { kind, [unitOf[kind] ?? "percent"]: Number(threshold) },
    count: logConditions.includes(kind)
      ? { kind, ...counting, pattern: pattern.trim() || null, syntax, levels: [...levelChoices[levels]] }
      : { kind, ...counting },
  };
  return measures[conditionKinds[kind].measure] as AlertCondition;
}
