import type { DatabaseSync } from "node:sqlite";
import type {
  AlertEvent,
  AlertEventKind,
  AlertHistoryQuery,
  AlertSubject,
  AlertSubjectKind,
  ConditionKind,
  Severity,
} from "../../shared/protocol/alert.ts";
import { BELL } from "../../shared/protocol/alert.ts";
import { transact } from "../database/transact.ts";
import type { Changes } from "./engine/engine.ts";
import type { AlertState } from "./engine/machine.ts";

/** Entries of the history; a page of the busiest host in a month has fewer. */
const EVENTS_MAX = 10_000;
/** Messages that wait for one channel; the oldest go first, since a later one tells more. */
export const WAITING_MAX = 1_000;
/** Readers whose place is kept. */
const READERS_MAX = 5_000;

export interface WaitingMessage {
  id: number;
  event: AlertEvent;
}

export interface AlertPage {
  /** Newest first. */
  events: AlertEvent[];
  /** Give it as `before` for the next page; null at the end. */
  next: number | null;
}

export interface EventStore {
  states(): { id: string; ruleId: string; subject: AlertSubject; state: AlertState }[];
  /** Writes states, history and messages in one transaction. Answers the events of the history. */
  commit(changes: Changes): AlertEvent[];
  page(query: AlertHistoryQuery, sees: (subject: AlertSubject) => boolean, bell: boolean): AlertPage;
  /** Entries of the bell after the reader's place, counted up to 100. */
  unread(principal: string, sees: (subject: AlertSubject) => boolean): number;
  markRead(principal: string, upTo: number): void;
  /** Oldest first. */
  waiting(channelId: string, limit: number): WaitingMessage[];
  channelsWaiting(): string[];
  done(ids: readonly number[]): void;
  drop(channelId: string): number;
  /** Whether lines of containers' logs are among what waits for a channel. */
  hasLogLines(channelId: string): boolean;
  meta(name: string): string | undefined;
  setMeta(name: string, value: string): void;
}

/** What happened and what is to be told, in `state.db`. */
export function createEventStore(
  database: DatabaseSync,
  onLost: (channelId: string, count: number) => void,
): EventStore {
  const allStates = database.prepare("SELECT rule_id, subject_kind, subject, id, state FROM alert_state");
  const saveState = database.prepare(
    "INSERT OR REPLACE INTO alert_state (rule_id, subject_kind, subject, id, state) VALUES (?, ?, ?, ?, ?)",
  );
  const forgetState = database.prepare("DELETE FROM alert_state WHERE id = ?");
  const hasRule = database.prepare("SELECT 1 FROM alert_rule WHERE id = ?");
  const addEvent = database.prepare(
    `INSERT INTO alert_event (at, kind, rule_id, rule_name, condition, severity, subject_kind, subject, detail, bell)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const prune = database.prepare("DELETE FROM alert_event WHERE id <= ?");
  const addMessage = database.prepare(
    "INSERT INTO alert_message (channel_id, event_id, message) SELECT id, ?, ? FROM alert_channel WHERE id = ? AND enabled = 1",
  );
  const countMessages = database.prepare("SELECT count(*) AS waiting FROM alert_message WHERE channel_id = ?");
  const dropOldest = database.prepare(
    "DELETE FROM alert_message WHERE id IN (SELECT id FROM alert_message WHERE channel_id = ? ORDER BY id LIMIT ?)",
  );
  const waiting = database.prepare("SELECT id, message FROM alert_message WHERE channel_id = ? ORDER BY id LIMIT ?");
  const channels = database.prepare("SELECT DISTINCT channel_id FROM alert_message");
  const doneMessage = database.prepare("DELETE FROM alert_message WHERE id = ?");
  const logLines = database.prepare(
    `SELECT 1 FROM alert_message WHERE channel_id = ? AND json_extract(message, '$.condition') = 'container-log' LIMIT 1`,
  );
  const clear = database.prepare("DELETE FROM alert_message WHERE channel_id = ?");
  const events = database.prepare(
    `SELECT * FROM alert_event WHERE id < ? AND bell >= ? AND (? = '' OR rule_id = ?) AND (? = '' OR subject = ?)
     ORDER BY id DESC`,
  );
  const place = database.prepare("SELECT up_to FROM alert_read WHERE principal = ?");
  const setPlace = database.prepare("INSERT OR REPLACE INTO alert_read (principal, up_to) VALUES (?, ?)");
  const dropPlaces = database.prepare(
    "DELETE FROM alert_read WHERE principal IN (SELECT principal FROM alert_read ORDER BY up_to DESC LIMIT -1 OFFSET ?)",
  );
  const newestBell = database.prepare("SELECT * FROM alert_event WHERE bell = 1 AND id > ? ORDER BY id DESC LIMIT 500");
  const getMeta = database.prepare("SELECT value FROM alert_meta WHERE name = ?");
  const putMeta = database.prepare("INSERT OR REPLACE INTO alert_meta (name, value) VALUES (?, ?)");

  const writeHappenings = (happenings: Changes["happenings"]): AlertEvent[] => {
    const written: AlertEvent[] = [];
    const touched = new Set<string>();
    for (const { entry, kind, at, detail, record, send } of happenings) {
      const { rule, subject } = entry;
      const shape = {
        at,
        kind,
        ruleId: rule.id,
        ruleName: rule.name,
        condition: rule.condition.kind,
        severity: rule.severity,
        subject: { kind: subject.kind, name: subject.name },
        detail,
      };
      let id = 0;
      if (record) {
        const bell = Number(rule.channels.includes(BELL));
        const values = [at, kind, rule.id, rule.name, rule.condition.kind, rule.severity, subject.kind, subject.name];
        id = Number(addEvent.run(...values, detail, bell).lastInsertRowid);
        written.push({ id, ...shape });
      }
      if (!send) continue;
      for (const channelId of rule.channels) {
        if (channelId === BELL) continue;
        if (addMessage.run(id, JSON.stringify({ id, ...shape }), channelId).changes > 0) touched.add(channelId);
      }
    }
    const newest = written.at(-1)?.id ?? 0;
    if (newest > EVENTS_MAX) prune.run(newest - EVENTS_MAX);
    for (const channelId of touched) {
      const excess = Number(countMessages.get(channelId)?.waiting) - WAITING_MAX;
      if (excess <= 0) continue;
      dropOldest.run(channelId, excess);
      onLost(channelId, excess);
    }
    return written;
  };

  return {
    states: () =>
      allStates.all().map((row) => ({
        id: String(row.id),
        ruleId: String(row.rule_id),
        subject: toSubject(row),
        state: JSON.parse(String(row.state)) as AlertState,
      })),
    commit: ({ saved, forgotten, happenings }) =>
      transact(database, () => {
        for (const { id } of forgotten) forgetState.run(id);
        for (const { id, rule, subject, state } of saved) {
          // The rule may have been removed since: its states went with it.
          if (hasRule.get(rule.id)) saveState.run(rule.id, subject.kind, subject.name, id, JSON.stringify(state));
        }
        return writeHappenings(happenings);
      }),
    page({ before = Number.MAX_SAFE_INTEGER, limit, rule = "", subject = "" }, sees, bell) {
      const found: AlertEvent[] = [];
      for (const row of events.iterate(before, Number(bell), rule, rule, subject, subject)) {
        const event = toEvent(row);
        if (!sees(event.subject)) continue;
        found.push(event);
        if (found.length > limit) break;
      }
      const page = found.slice(0, limit);
      return { events: page, next: found.length > limit ? (page.at(-1)?.id ?? null) : null };
    },
    unread(principal, sees) {
      const from = Number(place.get(principal)?.up_to ?? 0);
      return Math.min(100, newestBell.all(from).filter((row) => sees(toSubject(row))).length);
    },
    markRead(principal, upTo) {
      const before = Number(place.get(principal)?.up_to ?? 0);
      if (upTo > before) setPlace.run(principal, upTo);
      dropPlaces.run(READERS_MAX);
    },
    waiting: (channelId, limit) =>
      waiting.all(channelId, limit).map(({ id, message }) => ({
        id: Number(id),
        event: JSON.parse(String(message)) as AlertEvent,
      })),
    channelsWaiting: () => channels.all().map(({ channel_id }) => String(channel_id)),
    done: (ids) =>
      transact(database, () => {
        for (const id of ids) doneMessage.run(id);
      }),
    drop: (channelId) => Number(clear.run(channelId).changes),
    hasLogLines: (channelId) => logLines.get(channelId) !== undefined,
    meta: (name) => {
      const row = getMeta.get(name);
      return row && String(row.value);
    },
    setMeta: (name, value) => void putMeta.run(name, value),
  };
}

type Row = Record<string, unknown>;
const toSubject = (row: Row): AlertSubject => ({
  kind: String(row.subject_kind) as AlertSubjectKind,
  name: String(row.subject),
});
const toEvent = (row: Row): AlertEvent => ({
  id: Number(row.id),
  at: String(row.at),
  kind: String(row.kind) as AlertEventKind,
  ruleId: String(row.rule_id),
  ruleName: String(row.rule_name),
  condition: String(row.condition) as ConditionKind,
  severity: String(row.severity) as Severity,
  subject: toSubject(row),
  detail: String(row.detail),
});
