import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { LogGapReason, LogSourceKind, StoredLogEventKind } from "../../../shared/protocol/log-search.ts";
import { readAtOnce } from "../../database/transact.ts";
import { type BlockTimes, decodeCounts, decodeText, decodeTimes, type LineRecord } from "./block.ts";
import { toLine } from "./flush.ts";
import { isSegment, openSegment } from "./segment.ts";

export interface StreamRow {
  id: number;
  kind: LogSourceKind;
  sourceId: string;
  name: string;
  run: number;
  removed: boolean;
}

export interface BlockRow {
  id: number;
  stream: number;
  firstN: number;
  lines: number;
  minUs: number;
  maxUs: number;
  bytes: number;
  counts: Uint32Array;
}

export interface MarkRow {
  stream: number;
  n: number;
  us: number;
  run: number;
  kind: StoredLogEventKind;
  exitCode: number | null;
  reason: LogGapReason | null;
  /** Of an end whose exit code is unknown: of how many runs. */
  unknownEnds: number | null;
}

/** What one stream has in one file. */
export interface StreamTotals {
  stream: number;
  lines: number;
  bytes: number;
  minUs: number;
  maxUs: number;
  firstN: number;
}

export interface SegmentContent {
  blocks: BlockRow[];
  /** Lines not in a block yet, by container. */
  fresh: Map<number, LineRecord[]>;
}

/** One file of the store, for reading beside its writer. */
export interface SegmentReader {
  readonly number: number;
  streams(): StreamRow[];
  /** Blocks and fresh lines of some containers at one moment, that may hold lines of the span. */
  content(streams: readonly number[], span: { fromUs: number; toUs: number }, indexQuery?: string): SegmentContent;
  times(block: BlockRow): BlockTimes;
  text(block: BlockRow): string;
  runAt(stream: number, n: number): number;
  /** Time of a line in microseconds; undefined when it is not here. */
  timeOf(stream: number, n: number): number | undefined;
  marks(
    streams: readonly number[],
    span: { fromUs: number; toUs: number },
    newestFirst: boolean,
    limit: number,
  ): MarkRow[];
  totals(): StreamTotals[];
  close(): void;
}

/** Returns undefined when the file is not one yet. */
export function openSegmentReader(path: string, number: number): SegmentReader | undefined {
  const database = openSegment(path);
  if (!isSegment(database)) {
    database.close();
    return undefined;
  }
  database.exec("PRAGMA query_only = 1");
  return createReader(database, number);
}

function createReader(database: DatabaseSync, number: number): SegmentReader {
  const statements = new Map<string, StatementSync>();
  const prepare = (sql: string): StatementSync => {
    const known = statements.get(sql);
    if (known) return known;
    const made = database.prepare(sql);
    statements.set(sql, made);
    return made;
  };
  const among = "stream IN (SELECT value FROM json_each(?))";
  /** Everything inside is of one moment: a line that moves into a block meanwhile is neither missed nor seen twice. */
  const atOnce = <T>(look: () => T): T => readAtOnce(database, look);
  let rows: { at: number; streams: StreamRow[] } | undefined;

  return {
    number,
    streams() {
      const at = Number(prepare("PRAGMA data_version").get()?.data_version);
      if (rows?.at === at) return rows.streams;
      const streams = prepare("SELECT id, kind, source_id, name, run, removed FROM stream")
        .all()
        .map((row) => ({
          id: Number(row.id),
          kind: String(row.kind) as LogSourceKind,
          sourceId: String(row.source_id),
          name: String(row.name),
          run: Number(row.run),
          removed: row.removed === 1,
        }));
      rows = { at, streams };
      return streams;
    },
    content: (streams, { fromUs, toUs }, indexQuery) =>
      atOnce(() => {
        const list = JSON.stringify(streams);
        const where = `${among} AND max_us >= ? AND min_us <= ?`;
        const indexed = indexQuery === undefined ? "" : " AND id IN (SELECT rowid FROM trigram WHERE trigram MATCH ?)";
        const blocks = prepare(
          `SELECT id, stream, first_n, lines, min_us, max_us, bytes, counts FROM block WHERE ${where}${indexed}`,
        ).all(list, fromUs, toUs, ...(indexQuery === undefined ? [] : [indexQuery]));
        const fresh = new Map<number, LineRecord[]>();
        const select =
          "SELECT stream, n, us, ns, flags, text FROM fresh WHERE stream IN (SELECT value FROM json_each(?))";
        for (const row of prepare(`${select} AND us BETWEEN ? AND ? ORDER BY stream, n`).all(list, fromUs, toUs)) {
          const stream = Number(row.stream);
          const lines = fresh.get(stream);
          if (lines) lines.push(toLine(row));
          else fresh.set(stream, [toLine(row)]);
        }
        return { blocks: blocks.map(toBlock), fresh };
      }),
    times: ({ id, lines }) => {
      const row = prepare("SELECT times FROM content WHERE id = ?").get(id);
      return decodeTimes(row?.times as Uint8Array, lines);
    },
    text: ({ id }) => decodeText(prepare("SELECT text FROM content WHERE id = ?").get(id)?.text as Uint8Array),
    runAt(stream, n) {
      const newest =
        "SELECT run FROM mark WHERE stream = ? AND kind = 'started' AND n <= ? ORDER BY n DESC, run DESC LIMIT 1";
      const started = prepare(newest).get(stream, n);
      if (started) return Number(started.run);
      return Number(prepare("SELECT run FROM stream WHERE id = ?").get(stream)?.run ?? 0) || 1;
    },
    timeOf: (stream, n) =>
      atOnce(() => {
        const fresh = prepare("SELECT us FROM fresh WHERE stream = ? AND n = ?").get(stream, n);
        if (fresh) return Number(fresh.us);
        const row = prepare(
          "SELECT id, first_n, lines FROM block WHERE stream = ? AND first_n <= ? ORDER BY first_n DESC LIMIT 1",
        ).get(stream, n);
        const index = row ? n - Number(row.first_n) : -1;
        if (!row || index >= Number(row.lines)) return undefined;
        const content = prepare("SELECT times FROM content WHERE id = ?").get(row.id as number);
        return decodeTimes(content?.times as Uint8Array, Number(row.lines)).us[index];
      }),
    marks: (streams, { fromUs, toUs }, newestFirst, limit) =>
      prepare(
        `SELECT stream, n, us, run, kind, exit_code, reason FROM mark WHERE ${among} AND us BETWEEN ? AND ?
         ORDER BY us ${newestFirst ? "DESC, id DESC" : "ASC, id ASC"} LIMIT ?`,
      )
        .all(JSON.stringify(streams), fromUs, toUs, limit)
        .map((row) => ({
          stream: Number(row.stream),
          n: Number(row.n),
          us: Number(row.us),
          run: Number(row.run),
          kind: row.kind as StoredLogEventKind,
          exitCode: row.exit_code === null ? null : Number(row.exit_code),
          reason: row.kind === "exited" ? null : (row.reason as LogGapReason | null),
          unknownEnds: row.kind === "exited" && row.reason !== null ? Number(row.reason) : null,
        })),
    totals: () =>
      prepare(
        `SELECT stream, sum(lines) AS lines, sum(bytes) AS bytes, min(min_us) AS min_us, max(max_us) AS max_us,
           min(first_n) AS first_n
         FROM (
           SELECT stream, lines, bytes, min_us, max_us, first_n FROM block
           UNION ALL
           SELECT stream, count(*), sum(length(text) + 1), min(us), max(us), min(n) FROM fresh GROUP BY stream
         ) GROUP BY stream`,
      )
        .all()
        .map((row) => ({
          stream: Number(row.stream),
          lines: Number(row.lines),
          bytes: Number(row.bytes),
          minUs: Number(row.min_us),
          maxUs: Number(row.max_us),
          firstN: Number(row.first_n),
        })),
    close: () => database.close(),
  };
}

const toBlock = (row: Record<string, unknown>): BlockRow => ({
  id: Number(row.id),
  stream: Number(row.stream),
  firstN: Number(row.first_n),
  lines: Number(row.lines),
  minUs: Number(row.min_us),
  maxUs: Number(row.max_us),
  bytes: Number(row.bytes),
  counts: decodeCounts(row.counts as Uint8Array),
});
