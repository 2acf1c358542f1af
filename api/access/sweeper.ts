import type { Log } from "../../shared/server/log.ts";
import type { AccessClock } from "./clock.ts";
import type { LiveRights } from "./identity/live-rights.ts";
import type { Revocations } from "./identity/revocations.ts";
import type { ApiKeys } from "./keys/api-keys.ts";
import type { Sessions } from "./login/sessions.ts";
import type { Setup } from "./login/setup.ts";

/** Time between two sweeps: sockets are cut within a second of the end of their session. */
const SWEEP_MS = 500;
/** Time between two writes of last use. */
const FLUSH_MS = 30_000;

export interface SweeperDeps {
  sessions: Sessions;
  keys: ApiKeys;
  setup: Pick<Setup, "sweep">;
  clock: Pick<AccessClock, "save">;
  revocations: Revocations;
  liveRights: Pick<LiveRights, "recheck">;
  /** Milliseconds of a clock that no step moves. */
  uptime(): number;
  log: Log;
}

/**
 * Ends expired sessions, keys and set-up tokens, reads what the command line tools have changed, and stores last use, all
 * in intervals. A failed write is logged; the next interval repeats it.
 *
 * @returns what ends the intervals, after a last write
 */
export function startSweeper(deps: SweeperDeps): () => void {
  const { sessions, keys, setup, clock, revocations, liveRights, uptime, log } = deps;
  let flushedAt = uptime();
  const logged = (write: () => void) => {
    try {
      write();
    } catch (error) {
      log.error({ err: error }, "sessions cannot be written down");
    }
  };
  const flush = () => {
    sessions.flush();
    keys.flush();
    clock.save();
  };
  const sweep = () => {
    logged(() => {
      revocations.refresh();
      setup.sweep();
      revocations.cut([...sessions.endExpired(), ...keys.takeExpired()]);
      if (uptime() - flushedAt < FLUSH_MS) return;
      flushedAt = uptime();
      flush();
    });
    liveRights.recheck();
  };
  const interval = setInterval(sweep, SWEEP_MS);
  interval.unref();
  return () => {
    clearInterval(interval);
    logged(flush);
  };
}
