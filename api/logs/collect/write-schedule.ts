import type { Log } from "../../../shared/server/log.ts";
import type { Writer, Written } from "../store/writer.ts";

/** Delay of a write, in milliseconds: lines that come meanwhile are written with it. */
const FLUSH_MS = 200;
/** Pending bytes that are written without the delay. */
const FLUSH_BYTES = 1024 * 1024;
/** Pending bytes above which callers wait: the Engine then holds the lines. */
const MAX_PENDING_BYTES = 4 * 1024 * 1024;
/** Time between two attempts while the disk is full. */
const RETRY_MS = 5_000;

export interface WriteScheduleOptions {
  writer: Pick<Writer, "flush" | "hasRoom">;
  log: Log;
  /** Receives what has just been written. */
  onWritten?(written: Written): void;
}

/** Decides when pending lines are written, and makes callers wait while there are too many. */
export interface WriteSchedule {
  /** Counts pending bytes, and writes now or after the delay. Returns a promise if the caller should wait. */
  add(bytes: number): Promise<void> | undefined;
  /** Writes after the delay. */
  schedule(): void;
  /** Writes now. A failure sets `degraded` and is tried again. */
  flush(): void;
  /** Why nothing is written, as a sentence; undefined while writes succeed. */
  readonly degraded: string | undefined;
  /** `pendingBytes` is approximate; `lagMs` is the age of the oldest pending line; `waiting` counts the callers. */
  metrics(): { pendingBytes: number; lagMs: number; waiting: number };
  /** Ends all waits, and lets nobody wait from now on. */
  release(): void;
  /** Writes what is pending, unless writes fail, and stops the timer. */
  close(): void;
}

export function createWriteSchedule({ writer, log, onWritten }: WriteScheduleOptions): WriteSchedule {
  let pendingBytes = 0;
  let pendingSince: number | undefined;
  let timer: NodeJS.Timeout | undefined;
  let waiting: (() => void)[] = [];
  let degraded: string | undefined;
  let released = false;

  const schedule = (ms = FLUSH_MS) => {
    timer ??= setTimeout(flush, ms);
  };
  const stopTimer = () => {
    clearTimeout(timer);
    timer = undefined;
  };
  const resumeWaiting = () => {
    const resumed = waiting;
    waiting = [];
    for (const resume of resumed) resume();
  };
  const flush = () => {
    stopTimer();
    try {
      if (!writer.hasRoom) throw new Error("the disk is nearly full");
      const written = writer.flush();
      pendingBytes = 0;
      pendingSince = undefined;
      if (degraded) log.info("logs are stored again");
      degraded = undefined;
      resumeWaiting();
      onWritten?.(written);
    } catch (error) {
      if (!degraded) log.warn({ err: error }, "logs cannot be stored for now");
      degraded = describeFailure(error);
      if (!released) schedule(RETRY_MS);
    }
  };

  return {
    add(bytes) {
      pendingBytes += bytes;
      if (bytes > 0) pendingSince ??= performance.now();
      if (pendingBytes > FLUSH_BYTES && !degraded) flush();
      else schedule();
      if (pendingBytes <= MAX_PENDING_BYTES || released) return undefined;
      return new Promise((resolve) => waiting.push(resolve));
    },
    schedule: () => schedule(),
    flush,
    get degraded() {
      return degraded;
    },
    metrics: () => ({
      pendingBytes,
      waiting: waiting.length,
      lagMs: pendingSince === undefined ? 0 : performance.now() - pendingSince,
    }),
    release() {
      released = true;
      resumeWaiting();
    },
    close() {
      stopTimer();
      if (!degraded) flush();
      stopTimer();
    },
  };
}

const describeFailure = (error: unknown): string =>
  error instanceof Error && /nearly full|database or disk is full|ENOSPC/.test(error.message)
    ? "The disk is nearly full: logs are kept again once there is room."
    : "The log store cannot be written; the server's log says why.";
