import { Worker } from "node:worker_threads";
import { createBackoff } from "../../shared/server/async/backoff.ts";
import { withTimeout } from "../../shared/server/async/with-timeout.ts";
import { AppError } from "../../shared/server/errors.ts";
import type { Log } from "../../shared/server/log.ts";
import { toError, type WorkerMessage } from "./worker-calls.ts";
import { relayEntry } from "./worker-log.ts";

/** Memory of one worker's heap, in MiB: the queues and pages inside are bounded far below it. */
const HEAP_MAX_MB = 384;
/** Most calls in progress; further calls are refused. */
const CALLS_MAX = 32;
const RESTART_FIRST_MS = 500;
const RESTART_MAX_MS = 60_000;
const CLOSE_LIMIT_MS = 3_000;

export interface WorkerHostOptions {
  /** The program of the worker. */
  file: URL;
  name: string;
  data: unknown;
  log: Log;
  onEvent?(name: string, data: unknown): void;
  /** Called when it starts, for the first time or again. */
  onReady?(): void;
}

/** Keeps a worker running and calls it. */
export interface WorkerHost {
  call<T>(method: string, argument?: unknown): Promise<T>;
  /** Calls in progress. */
  readonly asked: number;
  /** Requests its end, then terminates it. */
  close(): Promise<void>;
}

export function startWorker({ file, name, data, log, onEvent, onReady }: WorkerHostOptions): WorkerHost {
  const closing = new AbortController();
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  const backoff = createBackoff(RESTART_FIRST_MS, RESTART_MAX_MS);
  let worker: Worker | undefined;
  let lastId = 0;

  const failAll = () => {
    for (const { reject } of waiting.values()) reject(workerUnavailable());
    waiting.clear();
  };
  const onMessage = (message: WorkerMessage) => {
    switch (message.kind) {
      case "log":
        return relayEntry(log, message.entry);
      case "event":
        return onEvent?.(message.name, message.data);
      case "ready":
        return onReady?.();
      default: {
        const call = waiting.get(message.id);
        waiting.delete(message.id);
        if (message.kind === "answer") call?.resolve(message.value);
        else call?.reject(toError(message));
      }
    }
  };
  const run = async () => {
    while (!closing.signal.aborted) {
      const begun = performance.now();
      await new Promise<void>((resolve) => {
        const started = new Worker(file, {
          name,
          workerData: data,
          resourceLimits: { maxOldGenerationSizeMb: HEAP_MAX_MB },
        });
        worker = started;
        started.on("message", onMessage);
        started.on("error", (error) => log.error({ err: error, worker: name }, "a worker of the log store broke"));
        started.once("exit", () => resolve());
      });
      worker = undefined;
      failAll();
      if (performance.now() - begun > RESTART_MAX_MS) backoff.reset();
      await backoff.wait(closing.signal);
    }
  };
  const done = run();

  const call = <T>(method: string, argument?: unknown): Promise<T> => {
    const target = worker;
    if (!target) return Promise.reject(workerUnavailable());
    if (waiting.size >= CALLS_MAX) {
      return Promise.reject(new AppError("overloaded", "Too many searches are under way; try again in a moment."));
    }
    const id = ++lastId;
    return new Promise<T>((resolve, reject) => {
      waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
      target.postMessage({ id, method, argument });
    });
  };

  return {
    call,
    get asked() {
      return waiting.size;
    },
    async close() {
      const ended = call("close").catch(() => {});
      closing.abort();
      await withTimeout(ended, CLOSE_LIMIT_MS, () => undefined);
      await worker?.terminate();
      await done;
    },
  };
}

/** The worker does not run. */
export const workerUnavailable = () =>
  new AppError("upstream_unavailable", "The log store is starting again; try in a moment.");
