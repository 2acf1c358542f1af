/** Long work for one caller, watched for as long as it continues. */
export interface RightsWatch {
  /** Aborted with the error of the check, once the caller no longer passes it. */
  signal: AbortSignal;
  /** Checks now: for what is handed out piece by piece. */
  check(): void;
  /** The work is over. */
  end(): void;
}

export interface LiveRights {
  /**
   * Watches whether a caller may still have what is under way.
   * @param check Throws `AppError` once the caller may not. Called after every change of rights and twice a second, so it
   * must be quick, and must not count as use of a session.
   */
  watch(check: () => void): RightsWatch;
  /** Runs every check now. */
  recheck(): void;
  /** Watches that have not ended. */
  readonly size: number;
}

/** Who loses a right loses what is already under way by it: every long response is watched here. */
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
