/** A time limit that stands still while a person is asked. */
export interface Deadline {
  /** Runs work that does not count. */
  pause<T>(work: () => Promise<T>): Promise<T>;
  end(): void;
}

/** @param onPassed called once, unless `end` comes first */
export function createDeadline(milliseconds: number, onPassed: () => void): Deadline {
  let left = milliseconds;
  let paused = 0;
  let startedAt = performance.now();
  let timer = setTimeout(onPassed, left);
  let ended = false;
  return {
    async pause(work) {
      if (paused++ === 0) {
        clearTimeout(timer);
        left -= performance.now() - startedAt;
      }
      try {
        return await work();
      } finally {
        if (--paused === 0 && !ended) {
          startedAt = performance.now();
          timer = setTimeout(onPassed, Math.max(0, left));
        }
      }
    },
    end() {
      ended = true;
      clearTimeout(timer);
    },
  };
}
