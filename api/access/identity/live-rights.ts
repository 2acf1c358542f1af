/** Watch over long work for one caller. */
export interface RightsWatch {
  /** Aborts with the error of the check when the caller no longer passes it. */
  signal: AbortSignal;
  /** Runs the check now, for output that is sent in parts. */
  check(): void;
  /** Ends the watch. */
  end(): void;
}

export interface LiveRights {
  /**
   * Watches whether a caller may still receive a response.
   * @param check Throws `AppError` when the caller has lost the right. Runs after each change of rights and twice a second: it
   * must be fast, and must not count as use of a session.
   */
  watch(check: () => void): RightsWatch;
  /** Runs every check now. */
  recheck(): void;
  /** Watches that have not ended. */
  readonly size: number;
}

/** Ends long responses when their caller loses the right to them. */
export function createLiveRights(): LiveRights {
  const watches = new Map<AbortController, () => void>();
  const run = (abort: AbortController) => {
    try {
      watches.get(abort)?.();
    } catch (error) {
      watches.delete(abort);
      abort.abort(error);
    }
  };
  return {
    watch(check) {
      const abort = new AbortController();
      watches.set(abort, check);
      return { signal: abort.signal, check: () => run(abort), end: () => void watches.delete(abort) };
    },
    recheck() {
      for (const abort of [...watches.keys()]) run(abort);
    },
    get size() {
      return watches.size;
    },
  };
}
