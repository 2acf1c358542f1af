export interface NamedLocks {
  /** Runs `work` after all earlier work with the same name has ended. */
  run<T>(name: string, work: () => Promise<T>): Promise<T>;
}

/** Creates locks by name. A name without waiters takes no memory. */
export function createNamedLocks(): NamedLocks {
  const last = new Map<string, Promise<void>>();
  return {
    async run(name, work) {
      const before = last.get(name);
      const { promise, resolve } = Promise.withResolvers<void>();
      last.set(name, promise);
      try {
        await before;
        return await work();
      } finally {
        resolve();
        if (last.get(name) === promise) last.delete(name);
      }
    },
  };
}
