import type { DatabaseSync } from "node:sqlite";
import { toSearchable } from "../../../shared/logs/plain-text.ts";
import { transact } from "../../database/transact.ts";
import { countLevels, encodeText, encodeTimes, type LineRecord } from "./block.ts";
import { chooseSealed, cutBlocks, placeMarks, sizeOf } from "./flush-plan.ts";
import { prepareStatements, type SegmentStatements } from "./segment-statements.ts";
import type { MarkRecord, StreamState } from "./stream-state.ts";

/** Writes to one file of the store. Each call is one transaction, and changes no stream when the transaction fails. */
export interface Flush {
  /** Returns the id of the stream in this file. The caller opens the transaction. */
  addStream(stream: StreamState): number;
  /** Writes everything that is pending. */
  write(streams: Iterable<StreamState>): void;
  /** Moves all fresh lines into blocks, so that the file is complete without further writes. */
  sealAll(streams: Iterable<StreamState>): void;
}

export function createFlush(database: DatabaseSync): Flush {
  const statements = prepareStatements(database);
  return {
    addStream: (stream) => addStream(statements, stream),
    write(streams) {
      const all = [...streams];
      if (!all.some((stream) => stream.changed)) return;
      const sealed = chooseSealed(all);
      const saved = transact(database, () =>
        all
          .filter((stream) => stream.changed || sealed.has(stream))
          .map((stream) =>
            stream.changed ? saveStream(statements, stream, sealed.has(stream)) : sealStream(statements, stream),
          ),
      );
      for (const one of saved) noteSaved(one);
    },
    sealAll(streams) {
      const fresh = [...streams].filter((stream) => stream.freshLines > 0);
      transact(database, () => {
        for (const stream of fresh) sealStream(statements, stream);
      });
      for (const stream of fresh) Object.assign(stream, { freshLines: 0, freshBytes: 0 });
    },
  };
}

/** What a stream is once the transaction is committed. */
interface SavedStream extends Pick<StreamState, "id" | "freshLines" | "freshBytes" | "openMark"> {
  stream: StreamState;
}

function noteSaved({ stream, ...saved }: SavedStream): void {
  const { position } = stream;
  Object.assign(stream, saved, { lines: [], marks: [], savedPosition: position, changed: false, renamed: false });
}

function addStream(statements: SegmentStatements, stream: StreamState): number {
  const { kind, sourceId, name, startedAt, ended, removed, savedPosition, nextN, lines, marks } = stream;
  const ends = [ended ? 1 : 0, removed ? 1 : 0];
  // Pending starts are counted already, but are only written later: a kill in between must not skip a run.
  const run = stream.run - marks.filter((mark) => mark.kind === "started").length;
  const values = [kind, sourceId, name, run, startedAt, ...ends, savedPosition, nextN - lines.length];
  return Number(statements.insertStream.run(...values).lastInsertRowid);
}

/** Writes the pending lines and marks of a stream: into blocks if `seals`, else the lines as fresh ones. */
function saveStream(statements: SegmentStatements, stream: StreamState, seals: boolean): SavedStream {
  const { lines } = stream;
  let { id, freshLines, freshBytes } = stream;
  if (id === 0 || stream.renamed) {
    // The fresh lines stay under the old name.
    if (freshLines > 0) seal(statements, id, true, []);
    freshLines = 0;
    freshBytes = 0;
    id = addStream(statements, stream);
  }
  const openMark = saveMarks(statements, id, stream);
  if (seals) {
    seal(statements, id, freshLines > 0, lines);
    freshLines = 0;
    freshBytes = 0;
  } else {
    for (const { n, us, ns, flags, text } of lines) {
      statements.insertFresh.run(id, n, us, ns, flags, Buffer.from(text));
    }
    freshLines += lines.length;
    freshBytes += sizeOf(lines);
  }
  const { name, startedAt, ended, removed, position, nextN } = stream;
  statements.updateStream.run(name, startedAt, ended ? 1 : 0, removed ? 1 : 0, position, nextN, id);
  return { stream, id, freshLines, freshBytes, openMark };
}

/** Moves the fresh lines of a stream without pending lines into blocks. */
function sealStream(statements: SegmentStatements, stream: StreamState): SavedStream {
  const { id, openMark } = stream;
  seal(statements, id, true, []);
  return { stream, id, openMark, freshLines: 0, freshBytes: 0 };
}

function seal(statements: SegmentStatements, id: number, hasFresh: boolean, lines: readonly LineRecord[]): void {
  const fresh = hasFresh ? statements.readFresh.all(id).map(toLine) : [];
  for (const block of cutBlocks([...fresh, ...lines])) writeBlock(statements, id, block);
  if (fresh.length > 0) statements.deleteFresh.run(id);
}

function writeBlock(statements: SegmentStatements, id: number, lines: readonly LineRecord[]): void {
  let min = Number.POSITIVE_INFINITY;
  let max = 0;
  for (const { us } of lines) {
    min = Math.min(min, us);
    max = Math.max(max, us);
  }
  const text = lines.map((line) => line.text).join("\n");
  const values = [id, lines[0]?.n ?? 0, lines.length, min, max, sizeOf(lines), countLevels(lines)];
  const { lastInsertRowid } = statements.insertBlock.run(...values);
  statements.insertContent.run(lastInsertRowid, encodeTimes(lines), encodeText(text));
  statements.insertTrigrams.run(lastInsertRowid, toSearchable(text));
}

/** Writes the pending marks of a stream. Returns the start that still waits for its first line. */
function saveMarks(statements: SegmentStatements, id: number, stream: StreamState): StreamState["openMark"] {
  const { moved, staysOpen, placed } = placeMarks(stream);
  if (moved) statements.moveMark.run(moved.us, moved.id);
  let openMark = staysOpen ? stream.openMark : undefined;
  for (const { mark, us, isOpen } of placed) {
    const { lastInsertRowid } = statements.insertMark.run(...toRow(id, mark, us));
    if (isOpen) openMark = { id: Number(lastInsertRowid), n: mark.n, us };
  }
  return openMark;
}

/** The text is stored as bytes: some readers end a text value of the database at its first NUL. */
export const toLine = (row: Record<string, unknown>): LineRecord => ({
  n: Number(row.n),
  us: Number(row.us),
  ns: Number(row.ns),
  flags: Number(row.flags),
  text: Buffer.from(row.text as Uint8Array).toString("utf8"),
});

/** A mark has a reason or a number of ends: the column serves both, as in files of earlier releases. */
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
