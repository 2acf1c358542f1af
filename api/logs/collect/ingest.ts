import type { RunChange } from "../../../shared/logs/container-runs.ts";
import type { LogLine } from "../../../shared/logs/log-source.ts";
import type { LogGapReason } from "../../../shared/protocol/log-search.ts";
import { parseLineTime, toMicros } from "../store/line-time.ts";
import type { LogSubject, MarkRecord, StreamState } from "../store/stream-state.ts";
import type { Writer } from "../store/writer.ts";
import { createLineRecords } from "./line-records.ts";
import { endRun, startRun } from "./run-marks.ts";
import { createWriteSchedule, type WriteScheduleOptions } from "./write-schedule.ts";

/** Counted for a line beside its text. */
const LINE_BYTES = 64;

export interface IngestOptions extends WriteScheduleOptions {
  writer: Writer;
}

export interface IngestMetrics {
  /** Lines received since the ingest was created. */
  linesTaken: number;
  /** Bytes that are not written yet, approximately. */
  pendingBytes: number;
  /** Age of the oldest line that is not written yet; 0 without one. */
  lagMs: number;
  /** Logs whose reading waits for room. */
  waiting: number;
}

/** Receives lines and the marks between them, and writes them in batches. */
export interface Ingest {
  /** Adds or renames a stream. @param createdAt of a container, ISO 8601 */
  stream(subject: LogSubject, createdAt?: string): StreamState;
  find(sourceId: string): StreamState | undefined;
  streams(): StreamState[];
  /** Time of the newest line that the store held when it was opened, in milliseconds; undefined for an empty store. */
  readonly seenUntil: number | undefined;
  /** `cursor` is where reading continues after the lines. Returns a promise when the caller should wait for room. */
  put(stream: StreamState, lines: readonly LogLine[], cursor: string): Promise<void> | undefined;
  /** Starts a run with the next line. */
  beginRun(stream: StreamState, startedAt: string | null): void;
  /** Ends or starts a run with the next line. `cursor` is where reading continues after it. */
  noteChange(stream: StreamState, change: RunChange, cursor: string): void;
  noteGap(stream: StreamState, reason: LogGapReason, time?: string): void;
  noteRemoval(stream: StreamState): void;
  /** Why nothing is written, as a sentence; undefined while writes succeed. */
  readonly degraded: string | undefined;
  metrics(): IngestMetrics;
  /** Writes, which also keeps the budget of days while no line comes in. */
  maintain(): void;
  /** Ends all waits for room. */
  release(): void;
  /** Writes what is left. */
  close(): void;
}

export function createIngest({ writer, log, onWritten }: IngestOptions): Ingest {
  const schedule = createWriteSchedule({ writer, log, onWritten });
  const records = createLineRecords();
  let linesTaken = 0;
  /** Id of the last container of each name. */
  const owners = new Map<string, string>();
  for (const { kind, name, sourceId } of writer.streams.values()) {
    if (kind === "container") owners.set(name, sourceId);
  }
  const newestUs = Math.max(0, ...[...writer.streams.values()].map(({ lastUs }) => lastUs));

  const addMark = (stream: StreamState, mark: MarkRecord) => {
    stream.marks.push(mark);
    stream.changed = true;
    schedule.schedule();
  };
  const markHere = (stream: StreamState, mark: Pick<MarkRecord, "kind" | "us" | "reason">) =>
    addMark(stream, { n: stream.nextN, run: stream.run, ...mark });
  const beginRun = (stream: StreamState, startedAt: string | null) => {
    records.startRun(stream);
    addMark(stream, startRun(stream, startedAt));
  };

  return {
    stream(subject, createdAt) {
      const stream = writer.stream(subject);
      if (stream.changed) schedule.schedule();
      if (subject.kind !== "container") {
        // The name is back.
        if (stream.removed) Object.assign(stream, { removed: false, changed: true });
        return stream;
      }
      const { name, sourceId } = subject;
      const owner = owners.get(name);
      owners.set(name, sourceId);
      if (owner !== undefined && owner !== sourceId) {
        markHere(stream, { kind: "replaced", us: createdAt ? toMicros(Date.parse(createdAt)) : nowUs() });
      }
      return stream;
    },
    find: (sourceId) => writer.streams.get(sourceId),
    streams: () => [...writer.streams.values()],
    seenUntil: newestUs === 0 ? undefined : newestUs / 1000,
    put(stream, lines, cursor) {
      let bytes = 0;
      for (const line of lines) {
        const record = records.create(stream, line);
        stream.lines.push(record);
        bytes += record.text.length + LINE_BYTES;
      }
      linesTaken += lines.length;
      if (lines.length === 0 && stream.position === cursor) return undefined;
      stream.position = cursor;
      stream.changed = true;
      return schedule.add(bytes);
    },
    beginRun,
    noteChange(stream, change, cursor) {
      // Only containers have their starts on record.
      if (change.kind === "started") {
        beginRun(stream, stream.kind === "container" ? change.known.startedAt : change.time);
      } else addMark(stream, endRun(stream, change));
      stream.position = cursor;
    },
    noteGap: (stream, reason, time) =>
      markHere(stream, { kind: "gap", reason, us: time === undefined ? stream.lastUs + 1 : parseLineTime(time).us }),
    noteRemoval(stream) {
      if (stream.removed) return;
      stream.removed = true;
      markHere(stream, { kind: "removed", us: Math.max(nowUs(), stream.lastUs + 1) });
    },
    get degraded() {
      return schedule.degraded;
    },
    metrics: () => ({ linesTaken, ...schedule.metrics() }),
    maintain: schedule.flush,
    release: schedule.release,
    close: schedule.close,
  };
}

const nowUs = () => toMicros(Date.now());
