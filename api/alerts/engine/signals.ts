import type { AlertSubject, ConditionKind } from "../../../shared/protocol/alert.ts";
import type { Reading } from "./reading.ts";
import { keyOf, type Subject, subjectOf } from "./subjects.ts";

/** Subjects whose last reading is kept, per kind of condition, and subjects that are down. */
const MAX_READINGS = 20_000;

interface LastReading {
  subject: Subject;
  reading: Reading;
  tick: number;
}

/** A subject that is down: alerts that fire for it continue with this detail. */
interface Hold {
  detail: string;
  /** Only alerts that count occurrences continue. */
  countsOnly: boolean;
}

/** The last reading of each subject, and which subjects are down. */
export interface Signals {
  record(kind: ConditionKind, subject: Subject, reading: Reading, tick: number): void;
  last(kind: ConditionKind, subject: AlertSubject): LastReading | undefined;
  ofKind(kind: ConditionKind): LastReading[];
  /** @param detail Null: the subject runs again. */
  hold(subject: AlertSubject, detail: string | null, countsOnly: boolean): void;
  holdOf(subject: AlertSubject): Hold | undefined;
  /** Forgets the subjects that match. */
  drop(matches: (subject: AlertSubject) => boolean): void;
}

export function createSignals(): Signals {
  const readings = new Map<string, LastReading>(); // by condition and subject
  const holds = new Map<string, Hold>(); // by subject
  const readingKey = (kind: ConditionKind, subject: AlertSubject) => `${kind}\0${keyOf(subject)}`;
  return {
    record(kind, subject, reading, tick) {
      const key = readingKey(kind, subject);
      if (readings.has(key) || readings.size < MAX_READINGS) readings.set(key, { subject, reading, tick });
    },
    last: (kind, subject) => readings.get(readingKey(kind, subject)),
    ofKind: (kind) => [...readings].flatMap(([key, last]) => (key.startsWith(`${kind}\0`) ? [last] : [])),
    hold(subject, detail, countsOnly) {
      const key = keyOf(subject);
      if (detail === null) holds.delete(key);
      else if (holds.has(key) || holds.size < MAX_READINGS) holds.set(key, { detail, countsOnly });
    },
    holdOf: (subject) => holds.get(keyOf(subject)),
    drop(matches) {
      for (const [key, { subject }] of readings) if (matches(subject)) readings.delete(key);
      for (const key of holds.keys()) if (matches(subjectOf(key))) holds.delete(key);
    },
  };
}
