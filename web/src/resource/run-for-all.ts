/** Actions at a time: the server runs 16 jobs at most, for all users together. */
const CONCURRENCY = 6;

/** Runs `act` for every item, 6 at a time unless said. `act` reports its own result and never rejects. */
export function runForAll<T>(items: readonly T[], act: (item: T) => unknown, atOnce = CONCURRENCY): void {
  const waiting = [...items];
  const next = async (): Promise<void> => {
    const item = waiting.shift();
    if (item === undefined) return;
    await act(item);
    await next();
  };
  for (let worker = 0; worker < atOnce; worker++) void next();
}
