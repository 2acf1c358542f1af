/**
 * Runs `work` on each item in order, at most `atOnce` at a time. The first error ends it: no further item is begun, what is
 * under way is waited for, and then the error is thrown, so that nothing continues after this is over.
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
