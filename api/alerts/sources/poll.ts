import { singleFlight } from "../../../shared/server/async/single-flight.ts";
import type { Log } from "../../../shared/server/log.ts";

export interface Poll {
  /** Starts, with a first read at once, or stops. */
  set(on: boolean): void;
  close(): Promise<void>;
}

/**
 * Reads at an interval, one read at a time. A failed read is logged; the next one follows.
 * @param what Names what is read in the log.
 */
export function createPoll(read: () => Promise<void>, intervalMs: number, log: Log, what: string): Poll {
  let timer: NodeJS.Timeout | undefined;
  const once = singleFlight(() =>
    read().catch((error: unknown) => log.debug({ err: error }, `${what} cannot be read for the alerts`)),
  );
  const set = (on: boolean) => {
    if (on === (timer !== undefined)) return;
    clearInterval(timer);
    timer = undefined;
    if (!on) return;
    timer = setInterval(() => void once(), intervalMs);
    timer.unref();
    void once();
  };
  return {
    set,
    async close() {
      set(false);
      await once.running;
    },
  };
}
