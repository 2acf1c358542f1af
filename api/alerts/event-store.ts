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
import { BELL, DEFAULT_CHANNEL } from "../../shared/protocol/alert.ts";
import { transact } from "../database/transact.ts";
import type { AlertState } from "./engine/alert-state.ts";
import type { Changes } from "./engine/change-buffer.ts";

/** Entries kept in the history: more than a busy host writes in a month. */
const MAX_EVENTS = 10_000;
/** Messages queued for one channel. Beyond it the oldest are dropped: a later message says more. */
export const MAX_WAITING = 1_000;
/** Principals whose last read entry is kept. */
const MAX_READERS = 5_000;

export interface WaitingMessage {
  id: number;
  event: AlertEvent;
}

export interface AlertPage {
  /** Newest first. */
  events: AlertEvent[];
  /** Value of `before` for the next page; null on the last page. */
  next: number | null;
}

export interface EventStore {
  states(): { id: string; ruleId: string; subject: AlertSubject; state: AlertState }[];
  /** Writes states, history and messages in one transaction. Returns the new history entries. */
  commit(changes: Changes): AlertEvent[];
  page(query: AlertHistoryQuery, canSee: (subject: AlertSubject) => boolean, bell: boolean): AlertPage;
  /** Number of bell entries the principal has not read, at most 100. */
  unread(principal: string, canSee: (subject: AlertSubject) => boolean): number;
  markRead(principal: string, upTo: number): void;
  /** Messages queued for a channel, oldest first. */
  waiting(channelId: string, limit: number): WaitingMessage[];
  /** Ids of channels with queued messages. */
  channelsWaiting(): string[];
  /** Removes delivered messages. */
  done(ids: readonly number[]): void;
  /** Removes all messages of a channel and returns their number. */
  drop(channelId: string): number;
  /** Whether log lines are queued for a channel. */
  hasLogLines(channelId: string): boolean;
  meta(name: string): string | undefined;
  setMeta(name: string, value: string): void;
}

/**
 * States, history and queued messages in `state.db`. Long because the statements of the three tables share transactions.
 * @param onLost Called with the number of messages that were dropped because the queue of a channel was full.
 * @param defaultChannel Id of the channel that `default` in a rule stands for; null: none.
 */
export function createEventStore(
  database: DatabaseSync,
  onLost: (channelId: string, count: number) => void,
  defaultChannel: () => string | null = () => null,
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
    `SELECT 1 FROM alert_message WHERE channel_id = ? AND json_extract(message, '$.condition') IN ('container-log', 'process-log') LIMIT 1`,
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

  /** Each channel once, also when a rule names the default channel itself. */
  const receiversOf = (channels: readonly string[]): Set<string> => {
    const ids = channels.map((id) => (id === DEFAULT_CHANNEL ? defaultChannel() : id));
    return new Set(ids.filter((id): id is string => id !== null && id !== BELL));
  };
  const writeTransitions = (transitions: Changes["transitions"]): AlertEvent[] => {
    const written: AlertEvent[] = [];
    const touched = new Set<string>();
    for (const { entry, kind, at, detail, record, send } of transitions) {
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
      for (const channelId of receiversOf(rule.channels)) {
        if (addMessage.run(id, JSON.stringify({ id, ...shape }), channelId).changes > 0) touched.add(channelId);
      }
    }
    const newest = written.at(-1)?.id ?? 0;
    if (newest > MAX_EVENTS) prune.run(newest - MAX_EVENTS);
    for (const channelId of touched) {
      const excess = Number(countMessages.get(channelId)?.waiting) - MAX_WAITING;
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
    commit: ({ saved, forgotten, transitions }) =>
      transact(database, () => {
        for (const { id } of forgotten) forgetState.run(id);
        for (const { id, rule, subject, state } of saved) {
          // A rule removed meanwhile took its states with it.
          if (hasRule.get(rule.id)) saveState.run(rule.id, subject.kind, subject.name, id, JSON.stringify(state));
        }
        return writeTransitions(transitions);
      }),
    page({ before = Number.MAX_SAFE_INTEGER, limit, rule = "", subject = "" }, canSee, bell) {
      const found: AlertEvent[] = [];
      for (const row of events.iterate(before, Number(bell), rule, rule, subject, subject)) {
        const event = toEvent(row);
        if (!canSee(event.subject)) continue;
        found.push(event);
        if (found.length > limit) break;
      }
      const page = found.slice(0, limit);
      return { events: page, next: found.length > limit ? (page.at(-1)?.id ?? null) : null };
    },
    unread(principal, canSee) {
      const from = Number(place.get(principal)?.up_to ?? 0);
      return Math.min(100, newestBell.all(from).filter((row) => canSee(toSubject(row))).length);
    },
    markRead(principal, upTo) {
      const before = Number(place.get(principal)?.up_to ?? 0);
      if (upTo > before) setPlace.run(principal, upTo);
      dropPlaces.run(MAX_READERS);
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
