import type { Log } from "../../../shared/server/log.ts";
import { singleFlight } from "../../../shared/server/single-flight.ts";

export interface Poll {
  /** Looks now, and then in turn; or stops looking. */
  set(on: boolean): void;
  close(): Promise<void>;
}

/** Looks again and again, one look at a time, as long as somebody wants it. A look that fails is followed by the next. */
export function createPoll(look: () => Promise<void>, everyMs: number, log: Log, what: string): Poll {
  let timer: NodeJS.Timeout | undefined;
  const once = singleFlight(() =>
    look().catch((error: unknown) => log.debug({ err: error }, `${what} cannot be read for the alerts`)),
  );
  const set = (on: boolean) => {
    if (on === (timer !== undefined)) return;
    clearInterval(timer);
    timer = undefined;
    if (!on) return;
    timer = setInterval(() => void once(), everyMs);
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
