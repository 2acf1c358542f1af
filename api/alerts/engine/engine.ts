import type { AlertRule, AlertSubject, AlertSubjectKind, ConditionKind } from "../../../shared/protocol/alert.ts";
import { AppError } from "../../../shared/server/errors.ts";
import { messages } from "../messages.ts";
import type { AlertState, Effect } from "./alert-state.ts";
import { type ChangeBufferOptions, createChangeBuffer } from "./change-buffer.ts";
import { createEntries, type Entry } from "./entries.ts";
import { createEvaluator } from "./evaluator.ts";
import { measureOf, type Reading } from "./reading.ts";
import { createSignals } from "./signals.ts";
import { concerns, keyOf, type Subject } from "./subjects.ts";

/** Age from which a metric says nothing about the present. */
const STALE_MS = 120_000;

/** Receives what the sources read. */
export interface SignalSink {
  /** @param ruleId Only this rule reads the signal; absent: every rule for the condition. */
  report(kind: ConditionKind, subject: Subject, reading: Reading, ruleId?: string): void;
  /** The subject no longer exists. */
  gone(subject: AlertSubject): void;
  /** Which subjects of a kind exist, or may exist: others no longer do. */
  settle(kind: AlertSubjectKind, names: Pick<ReadonlySet<string>, "has">): void;
  /**
   * The subject is down: its alerts continue with this detail until it runs again (null).
   *
   * @param countsOnly The subject runs but is not yet known to be stable: only alerts that count occurrences continue.
   */
  hold(subject: AlertSubject, detail: string | null, countsOnly?: boolean): void;
}

export interface AlertEngine extends SignalSink {
  setRules(rules: readonly AlertRule[]): void;
  /** Entries that are not simply healthy, in no order. */
  entries(): IterableIterator<Entry>;
  find(id: string): Entry | undefined;
  /** Applies the passing of time to every entry. */
  tick(): void;
  /** Whether the subject is known to be in the state that the rule describes, right now and for a known cause. */
  isActive(entry: Entry): boolean;
  /** @throws AppError `not_found` unless the alert fires, as does `silence`. */
  acknowledge(id: string, by: string | null): Entry;
  /** @param seconds 0 ends a silence. */
  silence(id: string, seconds: number): Entry;
  /** Adds an automatic restart to the history and sends it as the rule's messages are sent. */
  note(entry: Entry, kind: Effect["kind"], detail: string, change: (state: AlertState) => void): void;
  /** Lets a rule restart containers again after it gave up. */
  retryRestarts(ruleId: string): void;
  /** Writes all changes now; otherwise they are written within {@link EngineOptions.batchMs}. */
  flush(): void;
  close(): void;
}

export interface EngineOptions extends Omit<ChangeBufferOptions, "batchMs"> {
  rules: readonly AlertRule[];
  stored: readonly { id: string; ruleId: string; subject: AlertSubject; state: AlertState }[];
  clock: { tick(): number; now(): Date };
  /** False while the state of a subject is unknown: then time alone starts and ends no alert. */
  isKnown?(subject: AlertSubject): boolean;
  /** Milliseconds in which changes are collected into one write. */
  batchMs?: number;
}

/**
 * Applies rules to signals. It knows neither containers nor channels.
 *
 * Each change of a state is written together with the message it causes: after a crash the server continues where it
 * stopped.
 */
export function createAlertEngine(options: EngineOptions): AlertEngine {
  const { clock, commit, onError, isKnown = () => true, batchMs = 50 } = options;
  const entries = createEntries();
  const signals = createSignals();
  const buffer = createChangeBuffer({ commit, onError, batchMs });
  const { apply, evaluate, forget, momentOf, remind } = createEvaluator({ entries, signals, buffer, clock });
  let rules = new Map(options.rules.map((rule) => [rule.id, rule]));
  for (const { id, ruleId, subject, state } of options.stored) {
    const rule = rules.get(ruleId);
    if (rule) entries.add(id, rule, subject, state);
  }

  const endAll = (matches: (subject: AlertSubject) => boolean) => {
    signals.drop(matches);
    for (const entry of entries.all()) if (matches(entry.subject)) evaluate(entry, undefined, "it is gone");
  };
  const change = (id: string, apply: (state: AlertState) => void): Entry => {
    const entry = entries.byId(id);
    if (entry?.state.phase !== "firing") throw new AppError("not_found", messages.noSuchAlert);
    apply(entry.state);
    buffer.save(entry);
    buffer.flush();
    return entry;
  };

  return {
    setRules(wanted) {
      const before = rules;
      rules = new Map(wanted.map((rule) => [rule.id, rule]));
      for (const entry of entries.all()) {
        const rule = rules.get(entry.rule.id);
        const isSame = rule?.enabled && JSON.stringify(rule.condition) === JSON.stringify(entry.rule.condition);
        if (!rule || !isSame || !concerns(rule, entry.subject)) forget(entry);
        else entry.rule = rule;
      }
      for (const rule of rules.values()) {
        if (before.get(rule.id) === rule) continue;
        for (const { subject, reading } of signals.ofKind(rule.condition.kind)) apply(rule, subject, reading);
      }
    },
    entries: entries.values,
    find: entries.byId,
    report(kind, subject, reading, ruleId) {
      if (!("occurrences" in reading)) signals.record(kind, subject, reading, clock.tick());
      for (const rule of rules.values()) {
        if (rule.condition.kind === kind && (ruleId === undefined || ruleId === rule.id)) apply(rule, subject, reading);
      }
    },
    gone: (subject) => endAll((other) => keyOf(other) === keyOf(subject)),
    settle: (kind, names) => endAll((other) => other.kind === kind && !names.has(other.name)),
    hold: (subject, detail, countsOnly = false) => signals.hold(subject, detail, countsOnly),
    tick() {
      const tick = clock.tick();
      for (const entry of entries.all()) {
        const isHealthy = entry.state.phase === "ok";
        if (!isKnown(entry.subject) && !isHealthy) {
          remind(entry);
          continue;
        }
        const last = signals.last(entry.rule.condition.kind, entry.subject);
        const isStale = measureOf(entry.rule) === "metric" && (!last || tick - last.tick > STALE_MS);
        if (!isStale || isHealthy) evaluate(entry, last?.reading);
      }
      buffer.flush();
    },
    isActive({ rule, subject }) {
      const reading = signals.last(rule.condition.kind, subject)?.reading;
      return reading !== undefined && "active" in reading && reading.active && reading.uncertain !== true;
    },
    acknowledge: (id, by) =>
      change(id, (state) => {
        state.acknowledgedBy = by;
      }),
    silence: (id, seconds) =>
      change(id, (state) => {
        state.silencedUntil = seconds === 0 ? 0 : clock.tick() + seconds * 1_000;
      }),
    note(entry, kind, detail, changeState) {
      changeState(entry.state);
      const { tick, at, quiet } = momentOf(entry.rule);
      const send = !quiet && entry.state.silencedUntil <= tick;
      buffer.add(entry, at, [{ kind, record: true, send, detail }]);
      buffer.save(entry);
      buffer.flush();
    },
    retryRestarts(ruleId) {
      for (const entry of entries.ofRule(ruleId)) {
        if (!entry.state.gaveUp) continue;
        entry.state.gaveUp = false;
        buffer.save(entry);
      }
    },
    flush: buffer.flush,
    close: buffer.close,
  };
}
