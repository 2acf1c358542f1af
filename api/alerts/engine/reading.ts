import { type AlertCondition, type AlertRule, conditionKinds } from "../../../shared/protocol/alert.ts";
import type { AlertState, Observation } from "./machine.ts";

/** What a source says of a subject. */
export type Reading =
  /**
   * `mild`: only rules that ask for the mild kind as well take it for wrong.
   * `uncertain`: the cause is not known, so that nothing is done about it.
   * `unseen`: it cannot be told now; what fires goes on, and nothing begins.
   */
  | { active: boolean; mild?: boolean; uncertain?: boolean; unseen?: boolean; detail: string }
  | { value: number; detail: string }
  | { occurrences: number; detail: string };

/** A firing alert of a figure ends below this share of its threshold: at the threshold itself it would come and go. */
const HYSTERESIS = 0.95;

/** The threshold of a figure; undefined for other conditions. */
export function thresholdOf(condition: AlertCondition): number | undefined {
  if ("percent" in condition) return condition.percent;
  return condition.kind === "host-load" ? condition.perCore : undefined;
}

/** Turns a reading into what the state machine wants to know. Keeps count in `state.times`. */
export function observe(state: AlertState, rule: AlertRule, reading: Reading | undefined, tick: number): Observation {
  const { condition } = rule;
  if ("withinSeconds" in condition) return count(state, condition, reading, tick);
  if (!reading || "occurrences" in reading) return null;
  const { detail } = reading;
  if ("active" in reading) {
    if (reading.unseen) return { active: state.phase === "firing", detail };
    const counts = !reading.mild || (condition.kind === "container-stopped" && condition.anyExit);
    return { active: reading.active && counts, detail };
  }
  const threshold = thresholdOf(condition);
  if (threshold === undefined || !Number.isFinite(reading.value)) return null;
  const bound = state.phase === "firing" ? threshold * HYSTERESIS : threshold;
  return { active: reading.value >= bound, detail };
}

function count(
  state: AlertState,
  { count: needed, withinSeconds }: { count: number; withinSeconds: number },
  reading: Reading | undefined,
  tick: number,
): Observation {
  const seen = reading && "occurrences" in reading ? reading : undefined;
  const fresh = state.times.filter((at) => tick - at < withinSeconds * 1_000);
  const more = Array.from({ length: Math.min(needed, seen?.occurrences ?? 0) }, () => tick);
  state.times = [...fresh, ...more].slice(-needed);
  const active = state.times.length >= needed;
  const detail = seen?.detail ?? (active ? state.detail : "not seen again");
  return { active, detail };
}

export const measureOf = (rule: AlertRule) => conditionKinds[rule.condition.kind].measure;
