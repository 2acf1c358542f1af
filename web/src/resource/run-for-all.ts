/** Resources at a time: the server runs 16 jobs at most, for all users together. */
const CONCURRENCY = 6;

/** Runs `act` for every resource, at most 6 at a time. `act` reports its own result and never rejects. */
export function runForAll<T>(resources: readonly T[], act: (resource: T) => Promise<void>): void {
  const waiting = [...resources];
  const next = async (): Promise<void> => {
    const resource = waiting.shift();
    if (resource === undefined) return;
    await act(resource);
    await next();
  };
  for (let worker = 0; worker < CONCURRENCY; worker++) void next();
}
