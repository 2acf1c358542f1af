import { randomUUID } from "node:crypto";
import type { AlertRule } from "../../../shared/protocol/alert.ts";
import { type AlertState, clearDelay, isIdle, type Moment, newState, type Observation, step } from "./alert-state.ts";
import type { ChangeBuffer } from "./change-buffer.ts";
import type { Entries, Entry } from "./entries.ts";
import { isQuiet } from "./quiet-hours.ts";
import { measureOf, observe, type Reading } from "./reading.ts";
import type { Signals } from "./signals.ts";
import { concerns, type Subject } from "./subjects.ts";

/** Entries in memory: far more than a host has problems. */
const MAX_ENTRIES = 10_000;

export interface EvaluatorDeps {
  entries: Entries;
  signals: Signals;
  buffer: ChangeBuffer;
  clock: { tick(): number; now(): Date };
}

/** Applies readings to entries. */
export interface Evaluator {
  momentOf(rule: AlertRule): Moment;
  /** Steps an entry. @param goneDetail Ends its alert with this detail: the subject no longer exists. */
  evaluate(entry: Entry, reading: Reading | undefined, goneDetail?: string): void;
  /** Steps an entry whose subject has an unknown state: only a delayed message or a reminder can be due. */
  remind(entry: Entry): void;
  /** Applies a reading to one rule, and adds an entry if the reading is a problem. */
  apply(rule: AlertRule, subject: Subject, reading: Reading): void;
  forget(entry: Entry): void;
}

export function createEvaluator({ entries, signals, buffer, clock }: EvaluatorDeps): Evaluator {
  const momentOf = (rule: AlertRule): Moment => {
    const now = clock.now();
    return { tick: clock.tick(), at: now.toISOString(), quiet: isQuiet(rule.quietHours, now) };
  };
  const forget = (entry: Entry) => {
    entries.remove(entry);
    buffer.forget(entry);
  };
  /** What a reading means for an entry. An alert that fires for a subject that is down continues. */
  const observeEntry = ({ state, rule, subject }: Entry, reading: Reading | undefined, tick: number): Observation => {
    const seen = observe(state, rule, reading, tick);
    if (state.phase !== "firing" || seen?.active !== false) return seen;
    const hold = signals.holdOf(subject);
    if (!hold || (hold.countsOnly && measureOf(rule) !== "count")) return seen;
    return { active: true, detail: hold.detail };
  };
  const evaluate = (entry: Entry, reading: Reading | undefined, goneDetail?: string) => {
    const { state, rule } = entry;
    const moment = momentOf(rule);
    const before = fingerprint(state);
    if (goneDetail !== undefined) state.times = [];
    const seen =
      goneDetail === undefined
        ? observeEntry(entry, reading, moment.tick)
        : { active: false, detail: goneDetail, gone: true };
    const effects = step(state, rule, seen, moment, clearDelay(rule, measureOf(rule)));
    buffer.add(entry, moment.at, effects);
    if (isIdle(state, rule, moment.tick)) return forget(entry);
    if (effects.length > 0 || fingerprint(state) !== before) buffer.save(entry);
  };
  const isProblem = (rule: AlertRule, reading: Reading): boolean => {
    const { tick } = momentOf(rule);
    return "occurrences" in reading || observe(newState(tick), rule, reading, tick)?.active === true;
  };
  return {
    momentOf,
    evaluate,
    forget,
    remind(entry) {
      if (entry.state.phase !== "firing") return;
      const moment = momentOf(entry.rule);
      const effects = step(entry.state, entry.rule, null, moment);
      if (effects.length === 0) return;
      buffer.add(entry, moment.at, effects);
      buffer.save(entry);
    },
    apply(rule, subject, reading) {
      if (!rule.enabled || !concerns(rule, subject)) return;
      const known = entries.find(rule.id, subject);
      if (known) {
        known.subject = subject;
        return evaluate(known, reading);
      }
      // Nearly every subject is healthy: only problems take memory.
      if (entries.size >= MAX_ENTRIES || !isProblem(rule, reading)) return;
      evaluate(entries.add(randomUUID(), rule, subject, newState(clock.tick())), reading);
    },
  };
}

/** The part of a state that is worth a write: a changed count or text is not. */
const fingerprint = ({ phase, clearSince, toldAt, flapping, fired }: AlertState) =>
  JSON.stringify([phase, clearSince === null, toldAt, flapping, fired.length]);
