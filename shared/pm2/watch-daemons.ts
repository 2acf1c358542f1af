import type { KnownDaemon } from "./daemon-registry.ts";
import type { DaemonHost, ProcessHost } from "./process-host.ts";
import type { ProcessEvent } from "./process-views.ts";

/** Interval at which a watch looks for daemons, in milliseconds. */
export const WATCH_MS = 3_000;
/** Events of one other daemon in a second; what is beyond is found by reading its list. */
const MAX_EVENTS = 200;

type WatchHandlers = Parameters<ProcessHost["watch"]>[0];

interface Followed {
  host: DaemonHost;
  stop: AbortController;
  isUp: boolean;
}

/** Follows the buses of the other daemons, which come and go. Each state of a daemon is reported once. */
export function watchOthers(
  look: () => Promise<ReadonlyMap<string, KnownDaemon>>,
  { onEvent, onState }: WatchHandlers,
  signal: AbortSignal,
  intervalMs: number,
): void {
  const followed = new Map<string, Followed>();
  const report = (key: string, one: Followed, up: boolean) => {
    if (one.isUp === up) return;
    one.isUp = up;
    onState(up, key);
  };
  const sync = async () => {
    const known = await look();
    if (signal.aborted) return;
    for (const [key, one] of followed) {
      const now = known.get(key);
      if (now?.host === one.host && !now.gone) continue;
      one.stop.abort();
      followed.delete(key);
      report(key, one, false);
    }
    for (const [key, { host, gone }] of known) {
      if (!host || gone || followed.has(key)) continue;
      const one: Followed = { host, stop: new AbortController(), isUp: false };
      followed.set(key, one);
      host.watch({ onEvent: limited(onEvent), onState: (up) => report(key, one, up) }, one.stop.signal);
    }
  };
  let timer: NodeJS.Timeout | undefined;
  const next = () => {
    if (signal.aborted) return;
    timer = setTimeout(lookAgain, intervalMs);
    timer.unref();
  };
  const lookAgain = () =>
    void sync()
      .catch(() => undefined)
      .finally(next);
  signal.addEventListener(
    "abort",
    () => {
      clearTimeout(timer);
      for (const { stop } of followed.values()) stop.abort();
      followed.clear();
    },
    { once: true },
  );
  lookAgain();
}

/** Passes on at most {@link MAX_EVENTS} events in a second: another user's daemon can send any number. */
function limited(onEvent: (event: ProcessEvent) => void): (event: ProcessEvent) => void {
  let since = 0;
  let count = 0;
  return (event) => {
    const now = performance.now();
    if (now - since > 1_000) {
      since = now;
      count = 0;
    }
    if (++count <= MAX_EVENTS) onEvent(event);
  };
}
