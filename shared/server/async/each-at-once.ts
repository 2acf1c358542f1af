/**
 * Runs `work` for each item in order, at most `atOnce` at a time. After the first error it starts no further item, waits
 * for the running ones and then throws the error, so that no work continues after it has ended.
 */
export async function eachAtOnce<T>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<unknown>,
): Promise<void> {
  const waiting = [...items];
  const worker = async () => {
    try {
      while (waiting.length > 0) await work(waiting.shift() as T);
    } catch (error) {
      waiting.length = 0;
      throw error;
    }
  };
  const outcomes = await Promise.allSettled(Array.from({ length: Math.min(atOnce, waiting.length) }, worker));
  for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
}
