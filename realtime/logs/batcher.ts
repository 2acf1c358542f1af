import type { LogLine } from "../../shared/logs/log-source.ts";

/** Between two flushes of a busy log, in milliseconds: a log that was idle is sent at once, one that keeps writing waits longer. */
const WINDOW_MIN_MS = 4;
const WINDOW_MAX_MS = 16;
/** A flush is due at once when this many characters wait. */
const PENDING_CHARS_MAX = 64 * 1024;

export interface Gather {
  add(lines: readonly LogLine[]): void;
  flush(): void;
  close(): void;
}

/** Sends lines at once while the log is quiet and gathers them while it is busy: batching only under pressure. */
export function createGather(deliver: (lines: LogLine[]) => void): Gather {
  let pending: LogLine[] = [];
  let chars = 0;
  let window = WINDOW_MIN_MS;
  let flushedAt = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;

  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    if (pending.length === 0) return;
    const lines = pending;
    pending = [];
    chars = 0;
    window = lines.length > 8 ? Math.min(WINDOW_MAX_MS, window * 2) : Math.max(WINDOW_MIN_MS, window / 2);
    flushedAt = performance.now();
    deliver(lines);
  };

  return {
    add(lines) {
      for (const line of lines) {
        pending.push(line);
        chars += line.text.length;
      }
      if (chars > PENDING_CHARS_MAX) return flush();
      if (timer) return;
      const wait = window - (performance.now() - flushedAt);
      if (wait <= 0) flush();
      else timer = setTimeout(flush, wait);
    },
    flush,
    close() {
      clearTimeout(timer);
      timer = undefined;
      pending = [];
    },
  };
}
