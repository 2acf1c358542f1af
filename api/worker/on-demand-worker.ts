import { startWorker, type WorkerHost, type WorkerHostOptions, workerUnavailable } from "./worker-host.ts";

export interface OnDemandWorker extends WorkerHost {
  /** Calls the worker if it runs; resolves without a call otherwise. */
  callRunning(method: string, argument?: unknown): Promise<void>;
}

/**
 * A worker that starts with the first call and ends after `idleMs` milliseconds without one: a thread takes memory also
 * while it does nothing.
 */
export function createOnDemandWorker(options: WorkerHostOptions, idleMs: number): OnDemandWorker {
  let host: WorkerHost | undefined;
  let idle: NodeJS.Timeout | undefined;
  let ending = Promise.resolve();
  let isClosed = false;

  const end = () => {
    clearTimeout(idle);
    const ended = host;
    host = undefined;
    if (ended) ending = Promise.all([ending, ended.close()]).then(() => {});
    return ending;
  };

  return {
    async call<T>(method: string, argument?: unknown): Promise<T> {
      if (isClosed) throw workerUnavailable();
      clearTimeout(idle);
      host ??= startWorker(options);
      const used = host;
      try {
        return await used.call<T>(method, argument);
      } finally {
        if (used === host && used.asked === 0) {
          clearTimeout(idle);
          idle = setTimeout(end, idleMs).unref();
        }
      }
    },
    async callRunning(method, argument) {
      await host?.call(method, argument);
    },
    get asked() {
      return host?.asked ?? 0;
    },
    close() {
      isClosed = true;
      return end();
    },
  };
}
