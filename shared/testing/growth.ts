import process from "node:process";

/** Shortest useful measurement: below it, clock resolution and JIT compilation dominate. */
const LEAST_MS = 4;

/**
 * Returns the ratio of the CPU times of `work` for `factor` times the size and for the size: about `factor` for linear work, its
 * square for quadratic work. Uses the CPU time of this thread, which other load on the machine does not affect.
 * @param size of the smaller work, such that it takes a few milliseconds
 */
export async function growth(work: (size: number) => unknown, size: number, factor = 8): Promise<number> {
  await work(size);
  const small = await leastOf(() => work(size));
  return (await leastOf(() => work(size * factor))) / small;
}

/** Measures the CPU time of this thread for some work, in milliseconds. */
export async function processorMs(work: () => unknown): Promise<number> {
  const before = process.threadCpuUsage();
  await work();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1_000;
}

/** The garbage collector can run during one of the rounds. */
async function leastOf(work: () => unknown): Promise<number> {
  const rounds = [await processorMs(work), await processorMs(work), await processorMs(work)];
  return Math.max(LEAST_MS, Math.min(...rounds));
}
