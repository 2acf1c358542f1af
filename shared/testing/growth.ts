import process from "node:process";

/** Below this the clock of the processor and the compiler's warming up say more than the work. */
const LEAST_MS = 4;

/**
 * How many times more processor time of this thread `work` takes for `factor` times the size: about `factor` when it is
 * linear, its square when it is not. What else the machine does at the same time does not count, unlike by a clock.
 * @param size Of the smaller work; best so that it takes some milliseconds.
 */
export async function growth(work: (size: number) => unknown, size: number, factor = 8): Promise<number> {
  await work(size);
  const small = await leastOf(() => work(size));
  return (await leastOf(() => work(size * factor))) / small;
}

/** Milliseconds of processor time that this thread spends on something. */
export async function processorMs(work: () => unknown): Promise<number> {
  const before = process.threadCpuUsage();
  await work();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1_000;
}

/** The collector may run during one of the rounds. */
async function leastOf(work: () => unknown): Promise<number> {
  const rounds = [await processorMs(work), await processorMs(work), await processorMs(work)];
  return Math.max(LEAST_MS, Math.min(...rounds));
}
