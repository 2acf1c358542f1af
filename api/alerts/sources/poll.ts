import type { Log } from "../../../shared/server/log.ts";

export interface Poll {
  /** Looks now, and then in turn; or stops looking. */
  set(on: boolean): void;
  close(): Promise<void>;
}

/** Looks again and again, one look at a time, as long as somebody wants it. A look that fails is followed by the next. */
export function createPoll(look: () => Promise<void>, everyMs: number, log: Log, what: string): Poll {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  const once = () => {
    running ??= look()
      .catch((error: unknown) => log.debug({ err: error }, `${what} cannot be read for the alerts`))
      .finally(() => {
        running = undefined;
      });
  };
  const set = (on: boolean) => {
    if (on === (timer !== undefined)) return;
    clearInterval(timer);
    timer = undefined;
    if (!on) return;
    timer = setInterval(once, everyMs);
    timer.unref();
    once();
  };
  return {
    set,
    async close() {
      set(false);
      await running;
    },
  };
}
