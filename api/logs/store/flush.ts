import type { DatabaseSync } from "node:sqlite";
import { toSearchable } from "../../../shared/logs/plain-text.ts";
import { transact } from "../../database/transact.ts";
import { countLevels, encodeText, encodeTimes, type LineRecord } from "./block.ts";
import type { MarkRecord, StreamState } from "./stream-state.ts";

/**
 * Text of a block, in UTF-16 units. Smaller ones compress worse and cost more of the index; in larger ones most three
 * characters occur everywhere, and the index tells less (measured with 64 to 512 KiB).
 */
const BLOCK_SIZE = 64 * 1024;
/** Fresh lines of all containers together; each search reads through them. */
const FRESH_MAX = 8 * 1024 * 1024;

/** Writes into one file of the store. */
export interface Flush {
  /** Returns its id in this file. */
  addStream(stream: StreamState): number;
  readStreams(): StreamState[];
  /** Everything that is pending, in one transaction. */
  write(streams: Iterable<StreamState>): void;
  /** Puts fresh lines into blocks too, so that the file can be left. */
  sealAll(streams: Iterable<StreamState>): void;
}

export function createFlush(database: DatabaseSync): Flush {
  const insertStream = database.prepare(
    "INSERT INTO stream (kind, source_id, name, run, started_at, ended, removed, position, next_n) VALUES ('container', ?, ?, ?, ?, ?, ?, ?, ?)",
  );
  const updateStream = database.prepare(
    "UPDATE stream SET name = ?, started_at = ?, ended = ?, removed = ?, position = ?, next_n = ? WHERE id = ?",
  );
  const insertFresh = database.prepare("INSERT INTO fresh (stream, n, us, ns, flags, text) VALUES (?, ?, ?, ?, ?, ?)");
  const readFresh = database.prepare("SELECT n, us, ns, flags, text FROM fresh WHERE stream = ? ORDER BY n");
  const deleteFresh = database.prepare("DELETE FROM fresh WHERE stream = ?");
  const insertBlock = database.prepare(
    "INSERT INTO block (stream, first_n, lines, min_us, max_us, bytes, counts) VALUES (?, ?, ?, ?, ?, ?, ?)",
  );
  const insertContent = database.prepare("INSERT INTO content (id, times, text) VALUES (?, ?, ?)");
  const insertTrigrams = database.prepare("INSERT INTO trigram (rowid, text) VALUES (?, ?)");
  const insertMark = database.prepare(
    "INSERT INTO mark (stream, n, us, run, kind, exit_code, reason) VALUES (?, ?, ?, ?, ?, ?, ?)",
  );
  const moveMark = database.prepare("UPDATE mark SET us = ? WHERE id = ?");

  const addStream = (stream: StreamState) => {
    const { sourceId, name, startedAt, ended, removed, savedPosition, nextN, lines, marks } = stream;
    const ends = [ended ? 1 : 0, removed ? 1 : 0];
    // What is pending is counted already, and comes with the next write: a kill before it must not skip it.
    const run = stream.run - marks.filter(({ kind }) => kind === "started").length;
    const inserted = insertStream.run(sourceId, name, run, startedAt, ...ends, savedPosition, nextN - lines.length);
    return Number(inserted.lastInsertRowid);
  };

  const writeBlocks = (stream: number, lines: readonly LineRecord[]) => {
    for (let from = 0; from < lines.length; ) {
      let to = from;
      let size = 0;
      while (to < lines.length && (to === from || size + (lines[to] as LineRecord).text.length < BLOCK_SIZE)) {
        size += (lines[to] as LineRecord).text.length + 1;
        to++;
      }
      writeBlock(stream, lines.slice(from, to), size);
      from = to;
    }
  };

  const writeBlock = (stream: number, lines: readonly LineRecord[], size: number) => {
    let min = Number.POSITIVE_INFINITY;
    let max = 0;
    for (const { us } of lines) {
      min = Math.min(min, us);
      max = Math.max(max, us);
    }
    const text = lines.map((line) => line.text).join("\n");
    const firstN = lines[0]?.n ?? 0;
    const { lastInsertRowid } = insertBlock.run(stream, firstN, lines.length, min, max, size, countLevels(lines));
    insertContent.run(lastInsertRowid, encodeTimes(lines), encodeText(text));
    insertTrigrams.run(lastInsertRowid, toSearchable(text));
  };

  /** What the transaction would set in memory, done once it is through. */
  const seal = (stream: StreamState, more: readonly LineRecord[], after: (() => void)[]) => {
    const fresh = stream.freshLines === 0 ? [] : readFresh.all(stream.id).map(toLine);
    writeBlocks(stream.id, [...fresh, ...more]);
    if (fresh.length > 0) deleteFresh.run(stream.id);
    after.push(() => {
      stream.freshLines = 0;
      stream.freshBytes = 0;
    });
  };

  const writeMarks = (stream: StreamState, after: (() => void)[]) => {
    const first = (n: number) => stream.lines.find((line) => line.n >= n);
    const { openMark } = stream;
    const line = openMark && first(openMark.n);
    if (openMark && line) {
      if (line.us < openMark.us) moveMark.run(line.us, openMark.id);
      after.push(() => {
        stream.openMark = undefined;
      });
    }
    for (const mark of stream.marks) {
      const next = first(mark.n);
      // The Engine notes the start of a run after its first words may have been written.
      const us = mark.kind === "started" && next ? Math.min(mark.us, next.us) : mark.us;
      const { lastInsertRowid } = insertMark.run(...toRow(stream.id, mark, us));
      const open = { id: Number(lastInsertRowid), n: mark.n, us };
      if (mark.kind === "started" && !next) {
        after.push(() => {
          stream.openMark = open;
        });
      }
    }
  };

  return {
    addStream,
    readStreams() {
      const newestRun = database.prepare("SELECT max(run) AS run FROM mark WHERE stream = ? AND kind = 'started'");
      const fresh = database.prepare(
        "SELECT count(*) AS lines, total(length(text) + 1) AS bytes, max(us) AS us FROM fresh WHERE stream = ?",
      );
      const blocks = database.prepare("SELECT max(max_us) AS us FROM block WHERE stream = ?");
      return database
        .prepare("SELECT * FROM stream ORDER BY id")
        .all()
        .map((row): StreamState => {
          const id = Number(row.id);
          const { lines, bytes, us } = fresh.get(id) ?? {};
          return {
            id,
            sourceId: String(row.source_id),
            name: String(row.name),
            run: Math.max(Number(row.run), Number(newestRun.get(id)?.run ?? 0)),
            startedAt: row.started_at === null ? null : String(row.started_at),
            ended: row.ended === 1,
            removed: row.removed === 1,
            position: row.position === null ? null : String(row.position),
            savedPosition: row.position === null ? null : String(row.position),
            nextN: Number(row.next_n),
            lastUs: Math.max(Number(us ?? 0), Number(blocks.get(id)?.us ?? 0)),
            freshLines: Number(lines ?? 0),
            freshBytes: Number(bytes ?? 0),
            lines: [],
            marks: [],
            changed: false,
            renamed: false,
            openMark: undefined,
          };
        });
    },
    write(streams) {
      const after: (() => void)[] = [];
      const changed = [...streams].filter((stream) => stream.changed);
      if (changed.length === 0) return;
      let freshBytes = 0;
      for (const stream of streams) freshBytes += stream.freshBytes;
      const added: { stream: StreamState; id: number }[] = [];
      const undo = () => {
        for (const { stream, id } of added) stream.id = id;
      };
      const save = () => {
        for (const stream of changed) {
          const { lines } = stream;
          if (stream.id === 0 || stream.renamed) {
            added.push({ stream, id: stream.id });
            if (stream.renamed && stream.freshLines > 0) seal(stream, [], after);
            stream.id = addStream(stream);
            after.push(() => {
              stream.renamed = false;
            });
          }
          writeMarks(stream, after);
          let bytes = 0;
          for (const { text } of lines) bytes += text.length + 1;
          if (lines.length > 0 && (stream.freshBytes + bytes >= BLOCK_SIZE || freshBytes + bytes > FRESH_MAX)) {
            freshBytes -= stream.freshBytes;
            seal(stream, lines, after);
          } else {
            for (const { n, us, ns, flags, text } of lines) {
              insertFresh.run(stream.id, n, us, ns, flags, Buffer.from(text));
            }
            freshBytes += bytes;
            after.push(() => {
              stream.freshLines += lines.length;
              stream.freshBytes += bytes;
            });
          }
          const ends = [stream.ended ? 1 : 0, stream.removed ? 1 : 0];
          updateStream.run(stream.name, stream.startedAt, ...ends, stream.position, stream.nextN, stream.id);
        }
      };
      transact(database, save, undo);
      for (const done of after) done();
      for (const stream of changed) {
        stream.lines = [];
        stream.marks = [];
        stream.savedPosition = stream.position;
        stream.changed = false;
      }
    },
    sealAll(streams) {
      const after: (() => void)[] = [];
      transact(database, () => {
        for (const stream of streams) if (stream.freshLines > 0) seal(stream, [], after);
      });
      for (const done of after) done();
    },
  };
}

/** The text is stored as bytes: as text of the database it would end at its first NUL for some readers. */
export const toLine = (row: Record<string, unknown>): LineRecord => ({
  n: Number(row.n),
  us: Number(row.us),
  ns: Number(row.ns),
  flags: Number(row.flags),
  text: Buffer.from(row.text as Uint8Array).toString("utf8"),
});

/** A mark has a reason or a number of ends, so that files of earlier releases hold both. */
const toRow = (stream: number, { n, run, kind, exitCode, unknownEnds, reason }: MarkRecord, us: number) =>
  [
    stream,
    n,
    us,
    run,
    kind,
    exitCode ?? null,
    unknownEnds === undefined ? (reason ?? null) : String(unknownEnds),
  ] as const;
