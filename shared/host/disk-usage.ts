import { statfs as statfsOf } from "node:fs/promises";
import type { DiskStats } from "../protocol/system.ts";
import { toPercent } from "./percent.ts";
import type { Mount } from "./procfs.ts";

const ANSWER_LIMIT_MS = 300;
/** Each call on a dead mount holds one of the runtime's four threads for ever: no more than this many may. */
const HANGING_MAX = 2;

type Statfs = (path: string) => Promise<{ bsize: number; blocks: number; bfree: number; bavail: number }>;

/** Asks file systems for their space; one that does not answer is left out, and asked again only once it has. */
export function createDiskReader(statfs: Statfs = statfsOf): (mounts: readonly Mount[]) => Promise<DiskStats[]> {
  const hanging = new Set<string>();

  const ask = async ({ device, mount, type }: Mount): Promise<DiskStats | undefined> => {
    if (hanging.has(mount) || hanging.size >= HANGING_MAX) return undefined;
    hanging.add(mount);
    const answer = statfs(mount)
      .catch(() => undefined)
      .finally(() => hanging.delete(mount));
    const sizes = await within(ANSWER_LIMIT_MS, answer);
    if (!sizes || sizes.blocks === 0) return undefined;
    const used = (sizes.blocks - sizes.bfree) * sizes.bsize;
    const available = sizes.bavail * sizes.bsize;
    // As `df` counts: what only root may use is neither used nor available.
    const usagePercent = toPercent(used, used + available);
    return { mount, device, type, total: sizes.blocks * sizes.bsize, used, available, usagePercent };
  };

  return async (mounts) => {
    const disks: DiskStats[] = [];
    for (const mount of mounts) {
      const disk = await ask(mount);
      if (disk) disks.push(disk);
    }
    return disks;
  };
}

async function within<T>(limitMs: number, answer: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), limitMs);
  });
  try {
    return await Promise.race([answer, limit]);
  } finally {
    clearTimeout(timer);
  }
}
