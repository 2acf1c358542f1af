/** One timer per key. Setting a key again replaces its timer. */
export interface Timers {
  set(key: string, ms: number, work: () => void): void;
  has(key: string): boolean;
  clear(key: string): void;
  /** Clears all timers and ignores further ones. */
  close(): void;
}

export function createTimers(): Timers {
  const timers = new Map<string, NodeJS.Timeout>();
  let closed = false;
  const clear = (key: string) => {
    clearTimeout(timers.get(key));
    timers.delete(key);
  };
  return {
    set(key, ms, work) {
      clear(key);
      if (closed) return;
      timers.set(
        key,
        setTimeout(() => {
          timers.delete(key);
          work();
        }, ms),
      );
    },
    has: (key) => timers.has(key),
    clear,
    close() {
      closed = true;
      for (const key of [...timers.keys()]) clear(key);
    },
  };
}
