import { randomUUID } from "node:crypto";
import type { AlertRule, AlertSubject, AlertSubjectKind, ConditionKind } from "../../../shared/protocol/alert.ts";
import { AppError } from "../../../shared/server/errors.ts";
import {
  type AlertState,
  clearHold,
  type Effect,
  isIdle,
  type Moment,
  newState,
  type Observation,
  step,
} from "./machine.ts";
import { isQuiet } from "./quiet-hours.ts";
import { measureOf, observe, type Reading } from "./reading.ts";
import { concerns, keyOf, type Subject, subjectOf } from "./subjects.ts";

/** Pairs of a rule and a subject that are looked after; far more than a host has things that go wrong. */
const ENTRIES_MAX = 10_000;
/** Subjects whose last reading is kept, a kind of condition. */
const READINGS_MAX = 20_000;
/** Events that wait for the state to be writable. */
const UNWRITTEN_MAX = 10_000;
/** A figure that was not read for so long says nothing of now. */
const STALE_MS = 120_000;

/** One rule and one subject. */
export interface Entry {
  id: string;
  rule: AlertRule;
  subject: Subject;
  state: AlertState;
}

/** What happened to an entry, to be written down and told. */
export interface Happening extends Effect {
  entry: Entry;
  at: string;
}

export interface Changes {
  saved: readonly Entry[];
  forgotten: readonly Entry[];
  happenings: readonly Happening[];
}

/** Where a source tells what it sees. */
export interface SignalSink {
  report(kind: ConditionKind, subject: Subject, reading: Reading, ruleId?: string): void;
  /** The subject is no more. */
  gone(subject: AlertSubject): void;
  /** All subjects of a kind there are: the others are no more. */
  settle(kind: AlertSubjectKind, names: ReadonlySet<string>): void;
  /**
   * The subject is down: what fires for it goes on, with this detail, until it runs again (null).
   *
   * @param countsOnly It runs, but has not proven that it stays up: only what is counted goes on.
   */
  hold(subject: AlertSubject, detail: string | null, countsOnly?: boolean): void;
}

export interface AlertEngine extends SignalSink {
  setRules(rules: readonly AlertRule[]): void;
  /** What is not simply well, in no order. */
  entries(): IterableIterator<Entry>;
  find(id: string): Entry | undefined;
  /** Looks at everything that time alone may change. */
  tick(): void;
  /** Whether a subject is known to be in the state a rule waits for, right now, and why. */
  isActive(entry: Entry): boolean;
  acknowledge(id: string, by: string | null): Entry;
  /** @param seconds 0 ends a silence. */
  silence(id: string, seconds: number): Entry;
  /** Notes what healing did, and tells it as the rule's messages are told. */
  note(entry: Entry, kind: Effect["kind"], detail: string, change: (state: AlertState) => void): void;
  /** What a rule's healing gave up is tried again: somebody has changed the rule. */
  retryHealing(ruleId: string): void;
  /** Writes what has changed; called by itself soon after every change. */
  flush(): void;
  close(): void;
}

export interface EngineOptions {
  rules: readonly AlertRule[];
  stored: readonly { id: string; ruleId: string; subject: AlertSubject; state: AlertState }[];
  clock: { tick(): number; now(): Date };
  /** Writes all or nothing, or throws; then it is tried again with what came since. */
  commit(changes: Changes): void;
  onError(error: unknown): void;
  /** Whether it is known how subjects of a kind do: while not, no time that passes makes one well or ill. */
  isKnown?(kind: AlertSubjectKind): boolean;
  /** Milliseconds changes are gathered for one write. */
  gatherMs?: number;
}

/**
 * Rules over signals: knows neither containers nor channels. Every change of a state is written together with what is
 * to be told of it, so that a killed server goes on where it stood.
 */
export function createAlertEngine({
  clock,
  commit,
  onError,
  isKnown = () => true,
  gatherMs = 50,
  ...start
}: EngineOptions): AlertEngine {
  let rules = new Map<string, AlertRule>();
  const entries = new Map<string, Map<string, Entry>>(); // by rule, by subject
  const byId = new Map<string, Entry>();
  const readings = new Map<string, { subject: Subject; reading: Reading; tick: number }>(); // by condition and subject
  const holds = new Map<string, { detail: string; countsOnly: boolean }>(); // by subject
  const changed = new Set<Entry>();
  let forgotten: Entry[] = [];
  let happenings: Happening[] = [];
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    if (changed.size === 0 && forgotten.length === 0 && happenings.length === 0) return;
    try {
      commit({ saved: [...changed], forgotten, happenings });
      changed.clear();
      forgotten = [];
      happenings = [];
    } catch (error) {
      happenings.splice(0, happenings.length - UNWRITTEN_MAX);
      onError(error);
    }
  };
  const writeSoon = () => {
    if (!closed) timer ??= setTimeout(flush, gatherMs);
  };

  const add = (id: string, rule: AlertRule, subject: Subject, state: AlertState): Entry => {
    const entry = { id, rule, subject, state };
    const ofRule = entries.get(rule.id) ?? new Map<string, Entry>();
    ofRule.set(keyOf(subject), entry);
    entries.set(rule.id, ofRule);
    byId.set(id, entry);
    return entry;
  };
  const forget = (entry: Entry) => {
    entries.get(entry.rule.id)?.delete(keyOf(entry.subject));
    byId.delete(entry.id);
    changed.delete(entry);
    forgotten.push(entry);
    writeSoon();
  };
  const momentOf = (rule: AlertRule): Moment => {
    const now = clock.now();
    return { tick: clock.tick(), at: now.toISOString(), quiet: isQuiet(rule.quietHours, now) };
  };

  /** What a reading says of an entry; what fires for a subject that is down goes on. */
  const look = ({ state, rule, subject }: Entry, reading: Reading | undefined, tick: number): Observation => {
    const seen = observe(state, rule, reading, tick);
    if (state.phase !== "firing" || seen?.active !== false) return seen;
    const held = holds.get(keyOf(subject));
    if (!held || (held.countsOnly && measureOf(rule) !== "count")) return seen;
    return { active: true, detail: held.detail };
  };
  const evaluate = (entry: Entry, reading: Reading | undefined, gone?: string) => {
    const { state, rule } = entry;
    const moment = momentOf(rule);
    const before = fingerprint(state);
    if (gone !== undefined) state.times = [];
    const seen = gone === undefined ? look(entry, reading, moment.tick) : { active: false, detail: gone, gone: true };
    const effects = step(state, rule, seen, moment, clearHold(rule, measureOf(rule)));
    for (const effect of effects) happenings.push({ ...effect, entry, at: moment.at });
    if (isIdle(state, rule, moment.tick)) return forget(entry);
    if (effects.length === 0 && fingerprint(state) === before) return;
    changed.add(entry);
    writeSoon();
  };

  /** Nothing is known of the subject now: all that time may bring is a message that was held back, or a repeat. */
  const tellAgain = (entry: Entry) => {
    if (entry.state.phase !== "firing") return;
    const moment = momentOf(entry.rule);
    const effects = step(entry.state, entry.rule, null, moment);
    if (effects.length === 0) return;
    for (const effect of effects) happenings.push({ ...effect, entry, at: moment.at });
    changed.add(entry);
    writeSoon();
  };

  const isWrong = (rule: AlertRule, reading: Reading): boolean => {
    const { tick } = momentOf(rule);
    return "occurrences" in reading || observe(newState(tick), rule, reading, tick)?.active === true;
  };
  const consider = (rule: AlertRule, subject: Subject, reading: Reading) => {
    if (!rule.enabled || !concerns(rule, subject)) return;
    const known = entries.get(rule.id)?.get(keyOf(subject));
    if (known) {
      known.subject = subject;
      return evaluate(known, reading);
    }
    // Nearly everything is well: only what is not takes room.
    if (byId.size >= ENTRIES_MAX || !isWrong(rule, reading)) return;
    evaluate(add(randomUUID(), rule, subject, newState(clock.tick())), reading);
  };

  const readingKey = (kind: ConditionKind, subject: AlertSubject) => `${kind}\0${keyOf(subject)}`;
  const dropReadings = (drop: (subject: Subject) => boolean) => {
    for (const [key, { subject }] of readings) if (drop(subject)) readings.delete(key);
  };
  const endAll = (drop: (subject: AlertSubject) => boolean) => {
    dropReadings(drop);
    for (const key of holds.keys()) if (drop(subjectOf(key))) holds.delete(key);
    for (const entry of [...byId.values()]) if (drop(entry.subject)) evaluate(entry, undefined, "it is gone");
  };

  const setRules: AlertEngine["setRules"] = (wanted) => {
    const before = rules;
    rules = new Map(wanted.map((rule) => [rule.id, rule]));
    for (const entry of [...byId.values()]) {
      const rule = rules.get(entry.rule.id);
      const isSame = rule?.enabled && JSON.stringify(rule.condition) === JSON.stringify(entry.rule.condition);
      if (!rule || !isSame || !concerns(rule, entry.subject)) forget(entry);
      else entry.rule = rule;
    }
    for (const rule of rules.values()) {
      if (before.get(rule.id) === rule) continue;
      for (const [key, { subject, reading }] of readings) {
        if (key.startsWith(`${rule.condition.kind}\0`)) consider(rule, subject, reading);
      }
    }
  };

  rules = new Map(start.rules.map((rule) => [rule.id, rule]));
  for (const { id, ruleId, subject, state } of start.stored) {
    const rule = rules.get(ruleId);
    if (rule) add(id, rule, subject, state);
  }

  const need = (id: string): Entry => {
    const entry = byId.get(id);
    if (entry?.state.phase !== "firing") throw new AppError("not_found", "There is no such alert now.");
    return entry;
  };
  const touch = (entry: Entry): Entry => {
    changed.add(entry);
    flush();
    return entry;
  };

  return {
    setRules,
    entries: () => byId.values(),
    find: (id) => byId.get(id),
    report(kind, subject, reading, ruleId) {
      if (!("occurrences" in reading)) {
        const key = readingKey(kind, subject);
        if (readings.has(key) || readings.size < READINGS_MAX) {
          readings.set(key, { subject, reading, tick: clock.tick() });
        }
      }
      for (const rule of rules.values()) {
        if (rule.condition.kind === kind && (ruleId === undefined || ruleId === rule.id))
          consider(rule, subject, reading);
      }
    },
    gone: (subject) => endAll((other) => keyOf(other) === keyOf(subject)),
    settle: (kind, names) => endAll((other) => other.kind === kind && !names.has(other.name)),
    hold(subject, detail, countsOnly = false) {
      const key = keyOf(subject);
      if (detail === null) holds.delete(key);
      else if (holds.has(key) || holds.size < READINGS_MAX) holds.set(key, { detail, countsOnly });
    },
    tick() {
      const tick = clock.tick();
      for (const entry of [...byId.values()]) {
        if (!isKnown(entry.subject.kind) && entry.state.phase !== "ok") {
          tellAgain(entry);
          continue;
        }
        const last = readings.get(readingKey(entry.rule.condition.kind, entry.subject));
        const isStale = measureOf(entry.rule) === "figure" && (!last || tick - last.tick > STALE_MS);
        if (isStale && entry.state.phase !== "ok") continue;
        evaluate(entry, last?.reading);
      }
      flush();
    },
    isActive(entry) {
      const last = readings.get(readingKey(entry.rule.condition.kind, entry.subject))?.reading;
      return last !== undefined && "active" in last && last.active && last.uncertain !== true;
    },
    acknowledge(id, by) {
      const entry = need(id);
      entry.state.acknowledgedBy = by;
      return touch(entry);
    },
    silence(id, seconds) {
      const entry = need(id);
      entry.state.silencedUntil = seconds === 0 ? 0 : clock.tick() + seconds * 1_000;
      return touch(entry);
    },
    note(entry, kind, detail, change) {
      change(entry.state);
      const { tick, at, quiet } = momentOf(entry.rule);
      const send = !quiet && entry.state.silencedUntil <= tick;
      happenings.push({ entry, at, kind, record: true, send, detail });
      changed.add(entry);
      flush();
    },
    retryHealing(ruleId) {
      for (const entry of entries.get(ruleId)?.values() ?? []) {
        if (!entry.state.gaveUp) continue;
        entry.state.gaveUp = false;
        changed.add(entry);
        writeSoon();
      }
    },
    flush,
    close() {
      flush();
      closed = true;
      clearTimeout(timer);
    },
  };
}

/** What of a state is worth a write of its own: a count or a text that moves is not. */
const fingerprint = ({ phase, clearSince, toldAt, flapping, fired }: AlertState) =>
  JSON.stringify([phase, clearSince === null, toldAt, flapping, fired.length]);
