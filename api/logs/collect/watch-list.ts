import { formatLineId } from "../search/line-key.ts";
import { createLinePattern, type LinePattern } from "../search/line-pattern.ts";
import { type SourceFilter, selectSources } from "../search/log-selection.ts";
import { toStoredLine } from "../search/stored-line.ts";
import type { LineRecord } from "../store/block.ts";
import { toMicros } from "../store/line-time.ts";
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
  sources: SourceFilter;
  pattern: LinePattern;
  /** By the id of the source. */
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
    const { kind, sourceId: containerId, name: container } = stream;
    const id = formatLineId({ segment, stream: stream.id, n: newest.n });
    const sample = toStoredLine(id, stream, newest, Math.max(stream.run, 1));
    pending.set(containerId, { kind, container, containerId, count: known + count, sample });
    timer ??= setTimeout(tellAll, TELL_MS);
  };

  return {
    add({ id, spec: { sources, text, regex, levels = [], stream } }) {
      const pattern = createLinePattern({ q: text, regex, level: levels, stream });
      watches.set(id, { sources: selectSources(sources), pattern, pending: new Map() });
    },
    remove: (id) => void watches.delete(id),
    look({ segment, batches }) {
      if (watches.size === 0) return;
      for (const batch of batches) {
        for (const watch of watches.values()) {
          if (watch.sources.has(batch.stream)) lookAt(watch, batch, segment);
        }
      }
    },
    close: () => clearTimeout(timer),
  };
}
