import type { LogLine } from "../../shared/logs/log-source.ts";

/** Time between two flushes of a busy log. An idle log is flushed at once; a log that keeps writing waits longer. */
const MIN_WINDOW_MS = 4;
const MAX_WINDOW_MS = 16;
/** Flushed at once beyond this many characters. */
const MAX_PENDING_CHARS = 64 * 1024;

export interface Batcher {
  add(lines: readonly LogLine[]): void;
  flush(): void;
  close(): void;
}

/** Creates a batcher that delivers lines at once while the log is quiet, and in batches while it is busy. */
export function createBatcher(deliver: (lines: LogLine[]) => void): Batcher {
  let pending: LogLine[] = [];
  let chars = 0;
  let window = MIN_WINDOW_MS;
  let flushedAt = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;

  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    if (pending.length === 0) return;
    const lines = pending;
    pending = [];
    chars = 0;
    window = lines.length > 8 ? Math.min(MAX_WINDOW_MS, window * 2) : Math.max(MIN_WINDOW_MS, window / 2);
    flushedAt = performance.now();
    deliver(lines);
  };

  return {
    add(lines) {
      for (const line of lines) {
        pending.push(line);
        chars += line.text.length;
      }
      if (chars > MAX_PENDING_CHARS) return flush();
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
