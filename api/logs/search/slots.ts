export interface Slots {
  /** Runs it once there is room for it. */
  run<T>(work: () => Promise<T>): Promise<T>;
}

/** Lets so many run at once; the others wait in order. Whoever waits is bounded by the caller. */
export function createSlots(count: number): Slots {
  let free = count;
  const waiting: (() => void)[] = [];
  return {
    async run(work) {
      if (free > 0) free--;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      try {
        return await work();
      } finally {
        const next = waiting.shift();
        if (next) next();
        else free++;
      }
    },
  };
}
