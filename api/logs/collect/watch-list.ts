import type { StoredLogLine } from "../../../shared/protocol/log-search.ts";
import { formatLineId } from "../search/line-key.ts";
import { createLinePattern, type LinePattern } from "../search/line-pattern.ts";
import { LEVEL_MASK, type LineRecord, STDERR } from "../store/block.ts";
import { levelName } from "../store/level-name.ts";
import { formatLineTime, toMicros } from "../store/line-time.ts";
import type { Written } from "../store/writer.ts";
import { type LogMatches, type LogWatchSpec, WATCH_AGE_MAX_MS } from "./watch.ts";

const TELL_MS = 1_000;

export interface WatchTold {
  watch: number;
  matches: LogMatches;
}

/** Compares what was written with what is waited for, and tells once a second. */
export interface WatchList {
  add(watch: { id: number; spec: LogWatchSpec }): void;
  remove(id: number): void;
  look(written: Written): void;
  close(): void;
}

interface Watch {
  names: ReadonlySet<string> | null;
  pattern: LinePattern;
  /** By container. */
  pending: Map<string, LogMatches>;
}

export function createWatchList(onMatches: (told: WatchTold) => void): WatchList {
  const watches = new Map<number, Watch>();
  let timer: NodeJS.Timeout | undefined;

  const tellAll = () => {
    timer = undefined;
    for (const [watch, { pending }] of watches) {
      for (const matches of pending.values()) onMatches({ watch, matches });
      pending.clear();
    }
  };

  const lookAt = ({ pattern, pending }: Watch, { stream, lines }: Written["batches"][number], segment: number) => {
    const youngest = toMicros(Date.now() - WATCH_AGE_MAX_MS);
    let count = 0;
    let newest: LineRecord | undefined;
    for (const line of lines) {
      // A stack trace is one error, however many lines it has.
      if (line.continues && pattern.text === undefined && pattern.regex === undefined) continue;
      if (line.us < youngest || !pattern.fitsFlags(line.flags) || !pattern.fitsText(line.text)) continue;
      count++;
      newest = line;
    }
    if (!newest) return;
    const known = pending.get(stream.sourceId)?.count ?? 0;
    const { sourceId: containerId, name: container } = stream;
    const sample: StoredLogLine = {
      id: formatLineId({ segment, stream: stream.id, n: newest.n }),
      container,
      containerId,
      time: formatLineTime(newest.us, newest.ns),
      stream: (newest.flags & STDERR) === 0 ? "stdout" : "stderr",
      level: levelName(newest.flags & LEVEL_MASK),
      text: newest.text,
      run: Math.max(stream.run, 1),
    };
    pending.set(containerId, { container, containerId, count: known + count, sample });
    timer ??= setTimeout(tellAll, TELL_MS);
  };

  return {
    add({ id, spec: { containers, text, regex, levels = [], stream } }) {
      const names = containers === null ? null : new Set(containers);
      const pattern = createLinePattern({ q: text, regex, level: levels, stream });
      watches.set(id, { names, pattern, pending: new Map() });
    },
    remove: (id) => void watches.delete(id),
    look({ segment, batches }) {
      if (watches.size === 0) return;
      for (const batch of batches) {
        for (const watch of watches.values()) {
          if (watch.names === null || watch.names.has(batch.stream.name)) lookAt(watch, batch, segment);
        }
      }
    },
    close: () => clearTimeout(timer),
  };
}
