/** Signals that ask a process to end. A stop may use another one: then the `stop` event behind the end tells. */
const ENDING = new Set([1, 2, 3, 6, 9, 15]);
/** A stop is over within the grace time of the container, which is some minutes at most. */
const WANTED_MS = 10 * 60_000;
/** What a stop leaves behind as exit code: 0, or 128 and the number of SIGTERM, SIGINT or SIGKILL. */
const STOPPED_CODES = new Set([0, 130, 137, 143]);

export interface StopReasons {
  /** Somebody sent a signal. */
  noteSignal(id: string, signal: number): void;
  /** Whether a container that ends now does so because somebody asked for it. */
  isWanted(id: string): boolean;
  /** It runs again, or is no more. */
  forget(id: string): void;
}

/** Tells a wanted stop from a crash: who stops a container sends it a signal first, through the Engine. */
export function createStopReasons(now: () => number = () => performance.now()): StopReasons {
  const asked = new Map<string, number>();
  return {
    noteSignal(id, signal) {
      if (ENDING.has(signal)) asked.set(id, now());
    },
    isWanted(id) {
      const at = asked.get(id);
      return at !== undefined && now() - at < WANTED_MS;
    },
    forget: (id) => void asked.delete(id),
  };
}

/** Of an end that nobody saw: whether its exit code can only be that of a crash. */
export const looksLikeCrash = (exitCode: number): boolean => !STOPPED_CODES.has(exitCode);

/** The exit code in the Engine's words, such as `Exited (137) 3 minutes ago`. */
export function exitCodeOf(status: string): number | undefined {
  const code = /^Exited \((\d+)\)/.exec(status)?.[1];
  return code === undefined ? undefined : Number(code);
}
