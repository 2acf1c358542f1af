import type { AlertEventKind, AlertRule } from "../../../shared/protocol/alert.ts";

/** An alert that fires this often within the window is flapping. */
const FLAP_COUNT = 5;
const FLAP_WINDOW_MS = 30 * 60_000;
/** Time without a change after which an alert no longer flaps. */
const STABLE_AFTER_MS = 15 * 60_000;
/** Longest time a metric must stay below its threshold before the alert resolves. */
const MAX_CLEAR_MS = 60_000;

/**
 * State of one rule for one subject. Numbers are ticks of a monotonic clock, in milliseconds. It is stored as JSON: its
 * field names are permanent.
 */
export interface AlertState {
  phase: "ok" | "pending" | "firing";
  /** Start of the phase. */
  since: number;
  /** Start of the problem, ISO 8601; `firingAt`: when the alert fired. */
  sinceAt: string;
  firingAt: string | null;
  /** Since when the condition of a firing alert no longer holds, while the alert waits to resolve. */
  clearSince: number | null;
  /** Time of the last message; null while this alert has not been sent (quiet hours, silence). */
  toldAt: number | null;
  detail: string;
  acknowledgedBy: string | null;
  silencedUntil: number;
  /** Times at which it fired, newest last. */
  fired: number[];
  flapping: boolean;
  changedAt: number;
  /** Times of automatic restarts, newest last. */
  heals: number[];
  /** The automatic restarts are exhausted. */
  gaveUp: boolean;
  /** Times of counted occurrences, newest last; at most as many as the rule counts. */
  times: number[];
}

export const newState = (tick: number): AlertState => ({
  phase: "ok",
  since: tick,
  sinceAt: "",
  firingAt: null,
  clearSince: null,
  toldAt: null,
  detail: "",
  acknowledgedBy: null,
  silencedUntil: 0,
  fired: [],
  flapping: false,
  changedAt: tick,
  heals: [],
  gaveUp: false,
  times: [],
});

export interface Moment {
  tick: number;
  /** ISO 8601. */
  at: string;
  /** The quiet hours of the rule forbid messages now. */
  quiet: boolean;
}

/** What a reading means; null: nothing new, the state continues. */
export type Observation = { active: boolean; detail: string; gone?: boolean } | null;

/** A change to store in the history (`record`) and to send to the channels (`send`). */
export interface Effect {
  kind: AlertEventKind;
  record: boolean;
  send: boolean;
  detail: string;
}

/**
 * One step of the state machine from ok over pending to firing, and back to ok. Changes `state`.
 * @param clearMs How long the condition must not hold before the alert resolves.
 * @returns What to store and to send, in order.
 */
export function step(state: AlertState, rule: AlertRule, seen: Observation, now: Moment, clearMs = 0): Effect[] {
  const effects: Effect[] = [];
  const { tick } = now;
  const mayNotify = () => !now.quiet && state.acknowledgedBy === null && state.silencedUntil <= tick;
  const enter = (phase: AlertState["phase"]) => {
    state.phase = phase;
    state.since = tick;
    state.clearSince = null;
  };

  if (seen?.active === true) {
    state.detail = seen.detail;
    state.clearSince = null;
    if (state.phase === "ok") {
      enter("pending");
      state.sinceAt = now.at;
    }
  }
  if (state.phase === "pending" && seen?.active !== false && tick - state.since >= rule.forSeconds * 1_000) {
    enter("firing");
    state.firingAt = now.at;
    state.toldAt = null;
    state.changedAt = tick;
    state.fired = [...state.fired.filter((at) => tick - at < FLAP_WINDOW_MS), tick].slice(-FLAP_COUNT);
    const startsFlapping = !state.flapping && state.fired.length === FLAP_COUNT;
    if (startsFlapping) state.flapping = true;
    if (startsFlapping || !state.flapping) {
      const send = mayNotify();
      if (send) state.toldAt = tick;
      effects.push({ kind: startsFlapping ? "flapping" : "firing", record: true, send, detail: state.detail });
    }
  } else if (state.phase === "pending" && seen?.active === false) {
    enter("ok");
  } else if (state.phase === "firing") {
    if (seen?.active === false) state.clearSince ??= tick;
    const isClear = state.clearSince !== null && (seen?.gone === true || tick - state.clearSince >= clearMs);
    if (isClear) {
      const wasNotified = state.toldAt !== null;
      const send = wasNotified && rule.tellResolved && !now.quiet && state.silencedUntil <= tick;
      enter("ok");
      state.changedAt = tick;
      state.firingAt = null;
      state.acknowledgedBy = null;
      state.gaveUp = false;
      if (!state.flapping) effects.push({ kind: "resolved", record: true, send, detail: seen?.detail ?? "" });
    } else if (!state.flapping && mayNotify()) {
      const isDue = rule.repeatSeconds !== null && tick - (state.toldAt ?? tick) >= rule.repeatSeconds * 1_000;
      if (state.toldAt === null) effects.push({ kind: "firing", record: false, send: true, detail: state.detail });
      else if (isDue) effects.push({ kind: "repeated", record: true, send: true, detail: state.detail });
      if (state.toldAt === null || isDue) state.toldAt = tick;
    }
  }
  if (state.flapping && tick - state.changedAt >= STABLE_AFTER_MS) {
    state.flapping = false;
    state.fired = [];
    const detail = state.phase === "firing" ? state.detail : "no change for 15 minutes";
    const send = mayNotify();
    if (send && state.phase === "firing") state.toldAt = tick;
    effects.push({ kind: "steady", record: true, send, detail });
  }
  return effects;
}

/** Milliseconds a metric must be below its threshold before the alert resolves; 0 for other conditions. */
export const clearDelay = (rule: AlertRule, measure: "state" | "metric" | "count"): number =>
  measure === "metric" ? Math.min(rule.forSeconds * 1_000, MAX_CLEAR_MS) : 0;

/** Whether forgetting the state loses nothing. */
export function isIdle(state: AlertState, rule: AlertRule, tick: number): boolean {
  const restartedAt = state.heals.at(-1);
  const restartWindowMs = (rule.healing?.withinSeconds ?? 0) * 1_000;
  return (
    state.phase === "ok" &&
    !state.flapping &&
    state.silencedUntil <= tick &&
    state.times.length === 0 &&
    state.fired.every((at) => tick - at >= FLAP_WINDOW_MS) &&
    (restartedAt === undefined || tick - restartedAt >= restartWindowMs)
  );
}
