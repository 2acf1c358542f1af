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
  let small = Number.POSITIVE_INFINITY;
  let large = Number.POSITIVE_INFINITY;
  const ratio = () => Math.max(LEAST_MS, large) / Math.max(LEAST_MS, small);
  // The garbage collector, or what shares the processor's caches, can slow a round down: more of them between linear and quadratic.
  const isUnsure = () => ratio() > 2 * factor && ratio() < 0.75 * factor ** 2;
  for (let round = 0; round < 3 || (round < 12 && isUnsure()); round++) {
    small = Math.min(small, await processorMs(() => work(size)));
    large = Math.min(large, await processorMs(() => work(size * factor)));
  }
  return ratio();
}

/** Measures the CPU time of this thread for some work, in milliseconds. */
export async function processorMs(work: () => unknown): Promise<number> {
  const before = process.threadCpuUsage();
  await work();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1_000;
}
