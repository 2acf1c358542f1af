import { Buffer } from "node:buffer";
import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import type { Permission } from "../../shared/protocol/access.ts";
import type { AuditActor } from "../../shared/protocol/account.ts";
import type { ActivityOutput, ActivityState } from "../../shared/protocol/activity.ts";
import type { ErrorCode } from "../../shared/protocol/result.ts";
import { transact } from "../database/transact.ts";
import { FIRST_OF_END, type Output } from "./output.ts";
import type { ActivityExtras, ActivityRecord } from "./record.ts";

/** What the store keeps: the oldest records go first when any of these is exceeded. */
export interface ActivityLimits {
  days: number;
  maxBytes: number;
  maxRecords: number;
}

/** A record as it is written, with the changes of its output. */
export interface ActivityDraft
  extends Omit<ActivityRecord, "sequence" | "outputLines" | "outputBytes" | "gap">,
    ActivityExtras {
  output: Output;
  /** Set by the first write. */
  sequence?: number;
  /** Size as it was written last, in bytes. */
  storedSize: number;
}

/** Which records a scan reads. */
export interface ActivityScan {
  /** Records that started before this one. */
  before: number;
  state?: ActivityState;
  /** Milliseconds since the epoch. */
  since?: number;
  until?: number;
  jobsOnly?: boolean;
}

export interface ActivityStore {
  /** Writes all drafts, or none. @throws an error of the database */
  write(drafts: readonly ActivityDraft[]): void;
  /** Newest first. */
  scan(scan: ActivityScan, limit: number): ActivityRecord[];
  find(id: string): ActivityRecord | undefined;
  extras(id: string): ActivityExtras | undefined;
  /** The newest successful record of one of these actions on a target, after the given one. */
  succeededAfter(record: ActivityRecord, actions: readonly string[]): boolean;
  /** A part of the output and the one that follows. @param after Number of the part before it; undefined: the first. */
  output(record: ActivityRecord, after?: number): ActivityOutput;
  /** The parts of an output, first to last. */
  outputText(sequence: number): IterableIterator<string>;
  /** The newest lines of an output. */
  lastLines(sequence: number, count: number): string[];
  /**
   * Removes the oldest records beyond the limits, and those without which the file has no room for `waiting` bytes: a bounded
   * number at once. Returns whether there are more.
   */
  prune(limits: ActivityLimits, now: number, waiting: number): boolean;
  /** Marks what a killed server left as interrupted. Returns whether one left the file open. */
  takeOver(message: string, now: number): boolean;
  /** Removes the mark of an open file. @throws an error of the database */
  endOrderly(): void;
  /** Bytes and records that are stored. */
  totals(): { bytes: number; records: number };
  close(): void;
}

const columns = `sequence, id, action, kind, target, target_id, permission, services, processes, actor_kind, actor_id,
  actor_name, owner_id, request_id, is_job, can_undo, state, code, message, detail, started_at, finished_at, output_lines,
  output_bytes, gap_lines, gap_bytes`;
/** Columns that change after the first write. */
const changing = [
  "target",
  "is_job",
  "state",
  "code",
  "message",
  "detail",
  "finished_at",
  "output_lines",
  "output_bytes",
  "gap_lines",
  "gap_bytes",
  "revision",
  "size",
  "steps",
  "result",
] as const;
/** Records removed in one transaction. */
const PRUNE_AT_ONCE = 100;
const DAY_MS = 86_400_000;
/** Value of `before` that leaves no record out. */
export const NEWEST = Number.MAX_SAFE_INTEGER;
/** What a record takes beside its texts. */
const ROW_BYTES = 400;
/** What is written takes more than its bytes: pages are partly empty. */
const ROOM_FACTOR = 1.5;

/** Reads and writes records of actions. Long because it is the SQL of one file. */
export function createActivityStore(database: DatabaseSync): ActivityStore {
  const insert = database.prepare(`INSERT INTO activity
    (id, action, kind, target, target_id, permission, services, processes, actor_kind, actor_id, actor_name, owner_id,
     request_id, is_job, can_undo, state, code, message, detail, started_at, finished_at, output_lines, output_bytes,
     gap_lines, gap_bytes, revision, size, input, steps, result)
    VALUES ($id, $action, $kind, $target, $target_id, $permission, $services, $processes, $actor_kind, $actor_id,
     $actor_name, $owner_id, $request_id, $is_job, $can_undo, $state, $code, $message, $detail, $started_at, $finished_at,
     $output_lines, $output_bytes, $gap_lines, $gap_bytes, $revision, $size, $input, $steps, $result)`);
  const update = database.prepare(
    `UPDATE activity SET ${changing.map((name) => `${name} = $${name}`).join(", ")} WHERE sequence = $sequence`,
  );
  const putPart = database.prepare("INSERT OR REPLACE INTO output (activity, part, text) VALUES (?, ?, ?)");
  const dropParts = database.prepare(`DELETE FROM output WHERE activity = ? AND part >= ${FIRST_OF_END} AND part < ?`);
  const one = database.prepare(`SELECT ${columns} FROM activity WHERE id = ?`);
  const extrasOf = database.prepare("SELECT input, steps, result, revision FROM activity WHERE id = ?");
  const parts = database.prepare("SELECT part, text FROM output WHERE activity = ? AND part > ? ORDER BY part LIMIT 2");
  const allParts = database.prepare("SELECT text FROM output WHERE activity = ? ORDER BY part");
  const lastParts = database.prepare("SELECT text FROM output WHERE activity = ? ORDER BY part DESC");
  const oldest = database.prepare(
    `SELECT sequence, size, started_at FROM activity WHERE state <> 'running' ORDER BY sequence LIMIT ${PRUNE_AT_ONCE}`,
  );
  const remove = database.prepare("DELETE FROM activity WHERE sequence = ?");
  const count = () => {
    const row = database.prepare("SELECT count(*) AS records, coalesce(sum(size), 0) AS bytes FROM activity").get();
    return { records: Number(row?.records), bytes: Number(row?.bytes) };
  };
  let totals = count();
  const pragma = (name: string) => Number(Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0]);
  /** Whether the largest size of the file, not the disk, is in the way. */
  const hasNoRoom = (waiting: number) => {
    const used = pragma("page_count") - pragma("freelist_count") + (ROOM_FACTOR * waiting) / pragma("page_size");
    return used > 0.95 * pragma("max_page_count");
  };

  const write = (draft: ActivityDraft): number => {
    const steps = JSON.stringify(draft.steps);
    const result = draft.result && JSON.stringify(draft.result);
    const input = draft.input && JSON.stringify(draft.input);
    const { output, error } = draft;
    const services = JSON.stringify(draft.services);
    const processes = JSON.stringify(draft.processes);
    const { actor } = draft;
    const texts = [
      ...[steps, result, input, services, processes, draft.target, error?.message, error?.detail],
      ...[draft.id, draft.action, draft.kind, draft.targetId, draft.permission, draft.ownerId, draft.requestId],
      ...[actor.kind, actor.id, actor.name],
    ];
    const size = ROW_BYTES + output.keptBytes + texts.reduce((sum, text) => sum + Buffer.byteLength(text ?? ""), 0);
    const change: Record<string, SQLInputValue> = {
      target: draft.target,
      is_job: draft.isJob ? 1 : 0,
      state: draft.state,
      code: error?.code ?? null,
      message: error?.message ?? null,
      detail: error?.detail ?? null,
      finished_at: draft.finishedAt,
      output_lines: output.lines,
      output_bytes: output.bytes,
      gap_lines: output.gap.lines,
      gap_bytes: output.gap.bytes,
      revision: draft.revision,
      size,
      steps,
      result: result ?? null,
    };
    let { sequence } = draft;
    if (sequence === undefined) {
      sequence = Number(
        insert.run({
          ...change,
          id: draft.id,
          action: draft.action,
          kind: draft.kind,
          target_id: draft.targetId,
          permission: draft.permission,
          services,
          processes,
          actor_kind: actor.kind,
          actor_id: actor.id,
          actor_name: actor.name,
          owner_id: draft.ownerId,
          request_id: draft.requestId,
          can_undo: draft.canUndo ? 1 : 0,
          started_at: draft.startedAt,
          input: input ?? null,
        }).lastInsertRowid,
      );
    } else update.run({ ...change, sequence });
    const { parts: changed, endFrom } = output.changes();
    for (const { number, text } of changed) putPart.run(sequence, number, text);
    if (endFrom > FIRST_OF_END) dropParts.run(sequence, endFrom);
    draft.storedSize = size;
    return sequence;
  };

  return {
    write(drafts) {
      const before = drafts.map(({ storedSize }) => storedSize);
      const sequences = transact(
        database,
        () => drafts.map(write),
        () =>
          drafts.forEach((draft, index) => {
            draft.storedSize = before[index] ?? 0;
          }),
      );
      drafts.forEach((draft, index) => {
        if (draft.sequence === undefined) totals.records++;
        draft.sequence = sequences[index];
        totals.bytes += draft.storedSize - (before[index] ?? 0);
        draft.output.stored();
      });
    },
    scan({ before, state, since, until, jobsOnly }, limit) {
      const where = ["sequence < $before"];
      const values: Record<string, SQLInputValue> = { before, limit };
      if (jobsOnly) where.push("is_job = 1");
      if (state !== undefined) {
        where.push("state = $state");
        values.state = state;
      }
      if (since !== undefined) {
        where.push("started_at >= $since");
        values.since = since;
      }
      if (until !== undefined) {
        where.push("started_at <= $until");
        values.until = until;
      }
      return database
        .prepare(`SELECT ${columns} FROM activity WHERE ${where.join(" AND ")} ORDER BY sequence DESC LIMIT $limit`)
        .all(values)
        .map(toRecord);
    },
    find(id) {
      const row = one.get(id);
      return row && toRecord(row);
    },
    extras(id) {
      const row = extrasOf.get(id);
      return (
        row && {
          input: parse<Record<string, unknown>>(row.input),
          steps: parse<ActivityExtras["steps"]>(row.steps) ?? [],
          result: parse<Record<string, unknown>>(row.result),
          revision: Number(row.revision),
        }
      );
    },
    succeededAfter({ kind, target, sequence }, actions) {
      const places = actions.map(() => "?").join(", ");
      const found = database.prepare(
        `SELECT 1 FROM activity WHERE kind = ? AND target = ? AND sequence > ? AND state IN ('succeeded', 'running')
           AND action IN (${places}) LIMIT 1`,
      );
      return found.get(kind, target, sequence, ...actions) !== undefined;
    },
    output({ sequence, gap }, after = -1) {
      const [part, next] = parts.all(sequence, after);
      if (!part) return { lines: [], gapBefore: null, next: null };
      const number = Number(part.part);
      const isAfterGap = gap.lines > 0 && number >= FIRST_OF_END && after < FIRST_OF_END;
      return {
        lines: toLines(String(part.text)),
        gapBefore: isAfterGap ? gap : null,
        next: next ? number : null,
      };
    },
    *outputText(sequence) {
      for (const { text } of allParts.iterate(sequence)) yield String(text);
    },
    lastLines(sequence, wanted) {
      let lines: string[] = [];
      for (const { text } of lastParts.iterate(sequence)) {
        lines = [...toLines(String(text)), ...lines];
        if (lines.length >= wanted) break;
      }
      return lines.slice(-wanted);
    },
    prune({ days, maxBytes, maxRecords }, now, waiting) {
      const tooOld = now - days * DAY_MS;
      let { bytes, records } = totals;
      const gone: number[] = [];
      const isFull = hasNoRoom(waiting);
      for (const row of oldest.all()) {
        // Not the end: a record of a time when the clock was ahead may lie before older ones.
        if (!isFull && bytes <= maxBytes && records <= maxRecords && Number(row.started_at) >= tooOld) continue;
        gone.push(Number(row.sequence));
        bytes -= Number(row.size);
        records--;
      }
      if (gone.length === 0) return false;
      transact(database, () => {
        for (const sequence of gone) remove.run(sequence);
      });
      totals = { bytes, records };
      return gone.length === PRUNE_AT_ONCE;
    },
    takeOver(message, now) {
      return transact(database, () => {
        database
          .prepare(`UPDATE activity SET state = 'interrupted', finished_at = ?, code = 'gone', message = ?,
            revision = revision + 1 WHERE state = 'running'`)
          .run(now, message);
        const wasOpen = database.prepare("SELECT at FROM opened").get() !== undefined;
        database.prepare("INSERT OR REPLACE INTO opened (id, at) VALUES (1, ?)").run(now);
        return wasOpen;
      });
    },
    totals: () => ({ ...totals }),
    endOrderly: () => database.exec("DELETE FROM opened"),
    close: () => database.close(),
  };
}

const toLines = (text: string): string[] => text.replace(/\n$/, "").split("\n");

const parse = <T>(text: unknown): T | null => (typeof text === "string" ? (JSON.parse(text) as T) : null);

function toRecord(row: Record<string, unknown>): ActivityRecord {
  const text = (name: string) => String(row[name]);
  const optional = (name: string) => (row[name] === null ? null : text(name));
  const { code, message } = row;
  return {
    sequence: Number(row.sequence),
    id: text("id"),
    action: text("action"),
    kind: text("kind"),
    target: text("target"),
    targetId: optional("target_id"),
    permission: optional("permission") as Permission | null,
    services: JSON.parse(text("services")) as string[],
    processes: JSON.parse(text("processes")) as string[],
    actor: { kind: text("actor_kind") as AuditActor["kind"], id: text("actor_id"), name: text("actor_name") },
    ownerId: text("owner_id"),
    requestId: text("request_id"),
    isJob: row.is_job === 1,
    canUndo: row.can_undo === 1,
    state: text("state") as ActivityState,
    error:
      code === null
        ? null
        : { code: code as ErrorCode, message: String(message), detail: optional("detail") ?? undefined },
    startedAt: Number(row.started_at),
    finishedAt: row.finished_at === null ? null : Number(row.finished_at),
    outputLines: Number(row.output_lines),
    outputBytes: Number(row.output_bytes),
    gap: { lines: Number(row.gap_lines), bytes: Number(row.gap_bytes) },
  };
}
