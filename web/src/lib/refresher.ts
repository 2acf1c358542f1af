export interface Refresher {
  /** Loads soon; during a load, once more after it. */
  refresh(): void;
  /** Stops: nothing is loaded afterwards. */
  stop(): void;
}

/**
 * Loads on request, one load at a time and at most one per `quietMs` milliseconds. A pending load is not aborted: events that
 * arrive faster than the server responds would restart it forever, and nothing would be shown.
 */
export function createRefresher(load: () => Promise<unknown>, quietMs: number): Refresher {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let quietUntil = 0;
  let isLoading = false;
  let isStale = false;
  let isStopped = false;

  const run = async () => {
    timer = undefined;
    quietUntil = Date.now() + quietMs;
    isLoading = true;
    await load().catch(() => {}); // the query shows what went wrong
    isLoading = false;
    if (!isStale) return;
    isStale = false;
    refresh();
  };
  const refresh = () => {
    if (isLoading) isStale = true;
    else if (!isStopped) timer ??= setTimeout(run, Math.max(0, quietUntil - Date.now()));
  };
  return {
    refresh,
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}
