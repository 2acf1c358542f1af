import type { AlertEventKind, AlertRule } from "../../../shared/protocol/alert.ts";

/** So many alarms within this time are no news any more but a state of its own. */
const FLAP_COUNT = 5;
const FLAP_WINDOW_MS = 30 * 60_000;
/** Without a change for so long, it no longer flaps. */
const STEADY_MS = 15 * 60_000;
/** A figure has to stay below its threshold this long at most before it counts as well again. */
const CLEAR_MAX_MS = 60_000;

/** What is known of one rule and one subject. Times are ticks of a clock that never goes back; JSON, so that it survives. */
export interface AlertState {
  phase: "ok" | "pending" | "firing";
  /** When this phase began. */
  since: number;
  /** ISO 8601, for people: when it went wrong, and when that was told. */
  sinceAt: string;
  firingAt: string | null;
  /** Since when a firing alert is well again, as long as it has not been so for long enough. */
  clearSince: number | null;
  /** When it was sent last; null: this alarm has not been sent yet (quiet hours, silence). */
  toldAt: number | null;
  detail: string;
  acknowledgedBy: string | null;
  silencedUntil: number;
  /** When it fired, newest last. */
  fired: number[];
  flapping: boolean;
  changedAt: number;
  /** When the panel restarted it, and whether it has given up. */
  heals: number[];
  gaveUp: boolean;
  /** When what is counted occurred, newest last; no more than the rule counts to. */
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
  /** Nothing is to be sent now by the rule's quiet hours. */
  quiet: boolean;
}

/** What was read; null: nothing new, and what was so stays so. */
export type Observation = { active: boolean; detail: string; gone?: boolean } | null;

/** Something to be noted (`record`) and told to the channels (`send`). */
export interface Effect {
  kind: AlertEventKind;
  record: boolean;
  send: boolean;
  detail: string;
}

/** One step of the state machine: ok, pending, firing, and ok again. Changes `state`, and says what has to be told. */
export function step(state: AlertState, rule: AlertRule, seen: Observation, now: Moment, hold = 0): Effect[] {
  const effects: Effect[] = [];
  const { tick } = now;
  const mayTell = () => !now.quiet && state.acknowledgedBy === null && state.silencedUntil <= tick;
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
    const begins = !state.flapping && state.fired.length === FLAP_COUNT;
    if (begins) state.flapping = true;
    if (begins || !state.flapping) {
      const send = mayTell();
      if (send) state.toldAt = tick;
      effects.push({ kind: begins ? "flapping" : "firing", record: true, send, detail: state.detail });
    }
  } else if (state.phase === "pending" && seen?.active === false) {
    enter("ok");
  } else if (state.phase === "firing") {
    if (seen?.active === false) state.clearSince ??= tick;
    const isClear = state.clearSince !== null && (seen?.gone === true || tick - state.clearSince >= hold);
    if (isClear) {
      const wasTold = state.toldAt !== null;
      const send = wasTold && rule.tellResolved && !now.quiet && state.silencedUntil <= tick;
      enter("ok");
      state.changedAt = tick;
      state.firingAt = null;
      state.acknowledgedBy = null;
      state.gaveUp = false;
      if (!state.flapping) effects.push({ kind: "resolved", record: true, send, detail: seen?.detail ?? "" });
    } else if (!state.flapping && mayTell()) {
      const isDue = rule.repeatSeconds !== null && tick - (state.toldAt ?? tick) >= rule.repeatSeconds * 1_000;
      if (state.toldAt === null) effects.push({ kind: "firing", record: false, send: true, detail: state.detail });
      else if (isDue) effects.push({ kind: "repeated", record: true, send: true, detail: state.detail });
      if (state.toldAt === null || isDue) state.toldAt = tick;
    }
  }
  if (state.flapping && tick - state.changedAt >= STEADY_MS) {
    state.flapping = false;
    state.fired = [];
    const detail = state.phase === "firing" ? state.detail : "well for a quarter of an hour";
    const send = mayTell();
    if (send && state.phase === "firing") state.toldAt = tick;
    effects.push({ kind: "steady", record: true, send, detail });
  }
  return effects;
}

/** How long a figure must be below its threshold before the alert is over, in milliseconds. */
export const clearHold = (rule: AlertRule, measure: "state" | "figure" | "count"): number =>
  measure === "figure" ? Math.min(rule.forSeconds * 1_000, CLEAR_MAX_MS) : 0;

/** Whether nothing would be lost by forgetting it. */
export function isIdle(state: AlertState, rule: AlertRule, tick: number): boolean {
  const healed = state.heals.at(-1);
  const healingMs = (rule.healing?.withinSeconds ?? 0) * 1_000;
  return (
    state.phase === "ok" &&
    !state.flapping &&
    state.silencedUntil <= tick &&
    state.times.length === 0 &&
    state.fired.every((at) => tick - at >= FLAP_WINDOW_MS) &&
    (healed === undefined || tick - healed >= healingMs)
  );
}
