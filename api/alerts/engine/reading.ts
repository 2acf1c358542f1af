import { type AlertCondition, type AlertRule, conditionKinds } from "../../../shared/protocol/alert.ts";
import type { AlertState, Observation } from "./alert-state.ts";

/** TCP ports of a process: those it listens on, and those it listened on before. */
export interface ListenedPorts {
  open: readonly number[];
  lost: readonly number[];
}

/** What a source reports about a subject. */
export type Reading =
  /**
   * `mild`: a problem only for rules that include mild cases.
   * `uncertain`: the cause is unknown; no automatic restart follows.
   * `unseen`: the state cannot be read now; a firing alert continues, and none starts.
   */
  | { active: boolean; mild?: boolean; uncertain?: boolean; unseen?: boolean; detail: string }
  | { value: number; detail: string }
  | (ListenedPorts & { detail: string })
  | { occurrences: number; detail: string };

/** Share of the threshold below which a firing alert resolves, so that a value near the threshold does not flap. */
const HYSTERESIS = 0.95;

/** The threshold of a metric; undefined for other conditions. */
export function thresholdOf(condition: AlertCondition): number | undefined {
  if ("percent" in condition) return condition.percent;
  if ("mebibytes" in condition) return condition.mebibytes;
  return condition.kind === "host-load" ? condition.perCore : undefined;
}

/** Turns a reading into an observation for the state machine. Counts occurrences in `state.times`. */
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
  if ("open" in reading) return condition.kind === "process-not-listening" ? closed(condition.port, reading) : null;
  const threshold = thresholdOf(condition);
  if (threshold === undefined || !Number.isFinite(reading.value)) return null;
  const bound = state.phase === "firing" ? threshold * HYSTERESIS : threshold;
  return { active: reading.value >= bound, detail };
}

/** A port that must be open and is not; without one, every port that was open before. */
function closed(port: number | null, { open, lost, detail }: ListenedPorts & { detail: string }): Observation {
  const missing = port === null ? lost : open.includes(port) ? [] : [port];
  if (missing.length === 0) return { active: false, detail };
  return {
    active: true,
    detail: `no longer listens on ${missing.length === 1 ? "port" : "ports"} ${missing.join(", ")}`,
  };
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
  const detail = seen?.detail ?? (active ? state.detail : "not seen any more");
  return { active, detail };
}

export const measureOf = (rule: AlertRule) => conditionKinds[rule.condition.kind].measure;
