export interface Refresher {
  /** Loads soon; while a load is under way, once more after it. */
  refresh(): void;
  /** Nothing is loaded any more. */
  stop(): void;
}

/**
 * Loads again when told to, never twice at once, and at most once in `quietMs` milliseconds. A load under way is left to end:
 * events that come quicker than the server answers would otherwise begin it anew for ever, and nothing would be shown.
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
