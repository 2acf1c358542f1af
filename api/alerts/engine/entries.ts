import type { AlertRule, AlertSubject } from "../../../shared/protocol/alert.ts";
import type { AlertState } from "./alert-state.ts";
import { keyOf, type Subject } from "./subjects.ts";

/** One rule applied to one subject. */
export interface Entry {
  id: string;
  rule: AlertRule;
  subject: Subject;
  state: AlertState;
}

/** Entries by id, and by rule and subject. */
export interface Entries {
  readonly size: number;
  add(id: string, rule: AlertRule, subject: Subject, state: AlertState): Entry;
  byId(id: string): Entry | undefined;
  find(ruleId: string, subject: AlertSubject): Entry | undefined;
  ofRule(ruleId: string): Entry[];
  /** A copy: entries may be removed while it is read. */
  all(): Entry[];
  values(): IterableIterator<Entry>;
  remove(entry: Entry): void;
}

export function createEntries(): Entries {
  const byRule = new Map<string, Map<string, Entry>>(); // by rule, by subject
  const byId = new Map<string, Entry>();
  return {
    get size() {
      return byId.size;
    },
    add(id, rule, subject, state) {
      const entry = { id, rule, subject, state };
      const ofRule = byRule.get(rule.id) ?? new Map<string, Entry>();
      ofRule.set(keyOf(subject), entry);
      byRule.set(rule.id, ofRule);
      byId.set(id, entry);
      return entry;
    },
    byId: (id) => byId.get(id),
    find: (ruleId, subject) => byRule.get(ruleId)?.get(keyOf(subject)),
    ofRule: (ruleId) => [...(byRule.get(ruleId)?.values() ?? [])],
    all: () => [...byId.values()],
    values: () => byId.values(),
    remove(entry) {
      byRule.get(entry.rule.id)?.delete(keyOf(entry.subject));
      byId.delete(entry.id);
    },
  };
}
