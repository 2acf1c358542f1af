import type { LogLine } from "../../shared/logs/log-source.ts";
import { utcTimeOf } from "../../shared/logs/utc-time.ts";
import type { LogSourceKind } from "../../shared/protocol/log-search.ts";
import type { Log } from "../../shared/server/log.ts";
import type { WorkerHost } from "../worker/worker-host.ts";
import type { Ingest } from "./collect/ingest.ts";
import { subjectOf } from "./store/stream-state.ts";

/** A line, or a start or end between lines, of a log that the API itself reads. Times are milliseconds since 1970. */
export type AppendedEntry =
  | { time: number; text: string; error: boolean }
  | { time: number; event: "started" }
  | { time: number; event: "ended"; exitCode?: number };

/** Whose entries: kinds that the collector does not read by itself. */
export interface AppendSource {
  kind: Exclude<LogSourceKind, "container" | "process">;
  /** Its name in filters and rights. */
  name: string;
}

export interface AppendBatch extends AppendSource {
  entries: AppendedEntry[];
  /** Entries before these were dropped. */
  isAfterGap: boolean;
}

/** Characters that wait for the collecting thread; what comes beyond is dropped and becomes a gap. */
const MAX_WAITING_CHARS = 2 * 1024 * 1024;
/** Counted for an entry beside its text. */
const ENTRY_CHARS = 64;

const sizeOf = (entry: AppendedEntry) => ENTRY_CHARS + ("text" in entry ? entry.text.length : 0);

export interface Appender {
  append(source: AppendSource, entries: readonly AppendedEntry[]): void;
  /** Sends what waits, e.g. once the thread has started. */
  flush(): Promise<void>;
}

/** Hands entries to the collecting thread, one batch after the other, in order. Bounded: see {@link MAX_WAITING_CHARS}. */
export function createAppender(collector: () => Pick<WorkerHost, "call"> | undefined, log: Log): Appender {
  let waiting: AppendBatch[] = [];
  let chars = 0;
  let sending: Promise<void> | undefined;
  const dropped = new Set<string>();

  const send = async () => {
    while (waiting.length > 0) {
      const host = collector();
      if (!host) break;
      const batches = waiting;
      waiting = [];
      chars = 0;
      try {
        await host.call("append", batches);
      } catch (error) {
        // The thread restarts, or there is no room: these are lost, and their readers are told.
        for (const { kind, name } of batches) dropped.add(`${kind}:${name}`);
        log.warn({ err: error }, "lines could not be handed to the log store");
        break;
      }
    }
    sending = undefined;
  };
  const flush = () => {
    sending ??= send();
    return sending;
  };
  return {
    append({ kind, name }, entries) {
      if (!collector()) return;
      const key = `${kind}:${name}`;
      const kept: AppendedEntry[] = [];
      for (const entry of entries) {
        if (chars + sizeOf(entry) > MAX_WAITING_CHARS) {
          dropped.add(key);
          break;
        }
        chars += sizeOf(entry);
        kept.push(entry);
      }
      if (kept.length === 0) return;
      waiting.push({ kind, name, entries: kept, isAfterGap: dropped.delete(key) });
      void flush();
    },
    flush,
  };
}

/** Stores batches, in the collecting thread. Resolves once there is room for more. */
export async function takeAppended(ingest: Ingest, batches: readonly AppendBatch[]): Promise<void> {
  for (const { kind, name, entries, isAfterGap } of batches) {
    const stream = ingest.stream(subjectOf(kind, name));
    if (isAfterGap) ingest.noteGap(stream, "source_lost");
    let lines: LogLine[] = [];
    const put = async () => {
      if (lines.length > 0) await ingest.put(stream, lines, String(stream.nextN + lines.length));
      lines = [];
    };
    for (const entry of entries) {
      const time = utcTimeOf(entry.time);
      if ("text" in entry) {
        if (stream.run === 0) ingest.beginRun(stream, null);
        const mark = { epoch: "", at: 0 };
        lines.push({ track: entry.error ? "err" : "out", mark, text: `${entry.text}\n`, time, error: entry.error });
        continue;
      }
      await put();
      const known = { startedAt: time, ended: entry.event === "ended", restartCount: 0 };
      const change = { kind: entry.event, time, known };
      const ends = entry.event === "ended" && entry.exitCode === undefined ? { unknownEnds: 1 } : {};
      const exitCode = entry.event === "ended" && entry.exitCode !== undefined ? { exitCode: entry.exitCode } : {};
      ingest.noteChange(stream, { ...change, ...ends, ...exitCode }, String(stream.nextN));
    }
    await put();
  }
}
