import { delay } from "../../server/async/backoff.ts";
import type { Position } from "../log-source.ts";
import { needsWholeLog, newestTime } from "./container-position.ts";

/** A followed log that says nothing is compared with what is stored after this long, then less and less often. */
const FIRST_LOOK_MS = 5_000;
const LOOK_MAX_MS = 25_000;
/** A line that is stored already may still be on its way. */
const GRACE_MS = 500;

export interface SilenceWatchOptions {
  /** Where the reader stands; another object whenever it has got on. */
  position(): Position;
  /** Time of the newest line that is stored. */
  newest(signal: AbortSignal): Promise<string | undefined>;
  /** There is a newer line than any that came: the stream is dead. Called once. */
  onStale(newest: string): void;
}

/** By time, which tells nothing of a log that is out of order. */
const isNewer = (time: string, position: Position) => !needsWholeLog(position) && time > (newestTime(position) ?? "");

/**
 * The Engine may stop sending without ending the stream, when a log is rotated faster than it reads (moby#37646) or
 * truncated by others (moby#45728): only a look at what is stored tells that from a container with nothing to say.
 */
export function watchSilence({ position, newest, onStale }: SilenceWatchOptions): { close(): void } {
  const abort = new AbortController();
  const { signal } = abort;
  const watch = async () => {
    let wait = FIRST_LOOK_MS;
    let seen = position();
    while (!signal.aborted) {
      await delay(wait, signal);
      if (signal.aborted) return;
      if (position() !== seen) {
        seen = position();
        wait = FIRST_LOOK_MS;
        continue;
      }
      wait = Math.min(LOOK_MAX_MS, wait * 2);
      const time = await newest(signal).catch(() => undefined);
      if (time === undefined || !isNewer(time, position())) continue;
      await delay(GRACE_MS, signal);
      if (signal.aborted || !isNewer(time, position())) continue;
      onStale(time);
      return;
    }
  };
  void watch();
  return { close: () => abort.abort() };
}
