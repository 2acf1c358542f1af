import { stat, statfs as statfsOf } from "node:fs/promises";
import type { DiskStats, UnknownDisk } from "../protocol/system.ts";
import { type MeasuredVolume, toDisks } from "./disks.ts";
import type { Volume } from "./mounts.ts";

/** How long a sample waits for one file system. */
const ANSWER_LIMIT_MS = 300;
/** An answer that took longer to come is shown so long. */
const KEEP_MS = 60_000;
/**
 * Each call on a dead mount holds one of the runtime's four threads for ever: no more than two of other machines and
 * programs may, and one more of this host's own.
 */
const REMOTE_HANGING_MAX = 2;
const HANGING_MAX = 3;
/** Rows of a sample; a host of thousands of mounts says how many it leaves out. */
const VOLUMES_MAX = 200;

export interface DiskSystem {
  statfs(path: string): Promise<{ bsize: number; blocks: number; bfree: number; bavail: number }>;
  isFolder(path: string): Promise<boolean>;
}

export interface DiskReading {
  disks: DiskStats[];
  /** What could not be measured: that is not the same as no disk. */
  unknownDisks: UnknownDisk[];
}

interface Answer {
  at: number;
  /** It came too late to be waited for. */
  isSlow: boolean;
  measured?: MeasuredVolume | undefined;
  /** Why there is none: a code of the system, or undefined where there is nothing to measure. */
  code?: string | undefined;
}

const nodeSystem: DiskSystem = {
  statfs: statfsOf,
  isFolder: async (path) => (await stat(path)).isDirectory(),
};

/**
 * Measures volumes. One that does not answer in time is measured on out of band: its last figures are shown for a minute,
 * then it is named as unknown, and it is asked again only once it has answered.
 */
export function createDiskReader(
  system: DiskSystem = nodeSystem,
): (volumes: readonly Volume[]) => Promise<DiskReading> {
  const answers = new Map<string, Answer>();
  const underWay = new Map<string, { done: Promise<void>; isRemote: boolean; waited: boolean }>();

  const measure = async ({ device, type, mounts, isPart }: Volume): Promise<MeasuredVolume | undefined> => {
    for (const mount of mounts) {
      if (isPart && !(await system.isFolder(mount))) continue;
      const { bsize, blocks, bfree, bavail } = await system.statfs(mount);
      const [total, used, available] = [blocks * bsize, (blocks - bfree) * bsize, bavail * bsize];
      return blocks > 0 ? { device, type, mount, total, used, available } : undefined;
    }
    return undefined;
  };

  const mayAsk = ({ isRemote }: Volume): boolean => {
    const hanging = [...underWay.values()];
    if (hanging.length >= HANGING_MAX) return false;
    return !isRemote || hanging.filter((one) => one.isRemote).length < REMOTE_HANGING_MAX;
  };

  /** Waits once for each question, and not for one that was slow before. */
  const ask = async (key: string, volume: Volume): Promise<void> => {
    if (!underWay.has(key) && mayAsk(volume)) {
      const askedAt = performance.now();
      const done = measure(volume)
        .then(
          (measured) => ({ measured }),
          (error: NodeJS.ErrnoException) => ({ code: codeOf(error) }),
        )
        .then((outcome) => {
          const at = performance.now();
          underWay.delete(key);
          answers.set(key, { at, isSlow: at - askedAt > ANSWER_LIMIT_MS, ...outcome });
        });
      underWay.set(key, { done, isRemote: volume.isRemote, waited: answers.get(key)?.isSlow ?? false });
    }
    const question = underWay.get(key);
    if (!question || question.waited) return;
    question.waited = true;
    await within(ANSWER_LIMIT_MS, question.done);
  };

  return async (volumes) => {
    const all = volumes.slice(0, VOLUMES_MAX).map((volume) => ({ volume, key: `${volume.type} ${volume.mounts[0]}` }));
    const keys = new Set(all.map(({ key }) => key));
    for (const key of answers.keys()) if (!keys.has(key)) answers.delete(key);
    // This host's own come first: what others hold up must not keep them from being asked.
    for (const { volume, key } of all.toSorted((a, b) => Number(a.volume.isRemote) - Number(b.volume.isRemote))) {
      await ask(key, volume);
    }
    const now = performance.now();
    const measured: MeasuredVolume[] = [];
    const unknownDisks: UnknownDisk[] = [];
    for (const { volume, key } of all) {
      const answer = answers.get(key);
      const name = { mount: volume.mounts[0] ?? "", device: volume.device, type: volume.type };
      if (!answer || now - answer.at > KEEP_MS)
        unknownDisks.push({ ...name, state: "silent", reason: "It does not answer." });
      else if (answer.measured) measured.push(answer.measured);
      else if (answer.code) unknownDisks.push({ ...name, ...faultOf(answer.code) });
    }
    const leftOut = volumes.length - all.length;
    if (leftOut > 0) {
      const reason = `${leftOut} more file systems are left out.`;
      unknownDisks.push({ mount: "…", device: "", type: "", state: "omitted", reason });
    }
    return { disks: toDisks(measured), unknownDisks };
  };
}

/** Undefined where the path is no longer there: that volume is being unmounted. */
function codeOf({ code }: NodeJS.ErrnoException): string | undefined {
  return code === "ENOENT" || code === "ENOTDIR" ? undefined : (code ?? "unknown");
}

const faultOf = (code: string): Pick<UnknownDisk, "state" | "reason"> =>
  code === "EACCES" || code === "EPERM"
    ? { state: "denied", reason: "The panel's user may not read it." }
    : { state: "failed", reason: `It answers with an error (${code}); its server or program may be gone.` };

async function within(limitMs: number, answer: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, limitMs);
  });
  try {
    await Promise.race([answer, limit]);
  } finally {
    clearTimeout(timer);
  }
}
