import { stat } from "node:fs/promises";
import type { DiskStats, UnknownDisk } from "../protocol/system.ts";
import { eachAtOnce } from "../server/each-at-once.ts";
import { withTimeout } from "../server/with-timeout.ts";
import { type MeasuredVolume, toDisks } from "./disks.ts";
import type { Volume } from "./mounts.ts";
import { type FileSystemSizes, localSizes, remoteSizes } from "./statfs.ts";

/** How long a sample waits for one file system. */
const ANSWER_LIMIT_MS = 300;
/** The first time, that of a program that has to start. */
const FIRST_LIMIT_MS = 1_000;
/** An answer is shown so long. */
const KEEP_MS = 60_000;
/** Other machines and programs are asked this often; those that did not answer are left alone for longer. */
const REMOTE_EVERY_MS = 10_000;
const SILENT_EVERY_MS = 30_000;
/** Questions that hang: to other machines and programs, and in all, since one may hold one of the runtime's four threads. */
const REMOTE_HANGING_MAX = 2;
const HANGING_MAX = 3;
/** Rows of a sample; a host of thousands of mounts says how many it leaves out. */
const VOLUMES_MAX = 200;

export interface DiskSystem {
  statfs(path: string, isRemote: boolean): Promise<FileSystemSizes>;
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
  statfs: (path, isRemote) => (isRemote ? remoteSizes(path) : localSizes(path)),
  isFolder: async (path) => (await stat(path)).isDirectory(),
};

/**
 * Measures volumes. What does not answer in time is waited for beside the samples: its last figures are shown for at most a
 * minute, then it is named as unknown, and it is asked again only once it has answered or was given up.
 */
export function createDiskReader(
  system: DiskSystem = nodeSystem,
): (volumes: readonly Volume[]) => Promise<DiskReading> {
  const answers = new Map<string, Answer>();
  const underWay = new Map<string, { done: Promise<void>; isRemote: boolean; waited: boolean }>();

  const measure = async ({ device, type, mounts, isPart, isRemote }: Volume): Promise<MeasuredVolume | undefined> => {
    for (const mount of mounts) {
      if (isPart && !isRemote && !(await system.isFolder(mount))) continue;
      const { bsize, blocks, bfree, bavail } = await system.statfs(mount, isRemote);
      const [total, used, available] = [blocks * bsize, (blocks - bfree) * bsize, bavail * bsize];
      return blocks > 0 ? { device, type, mount, total, used, available } : undefined;
    }
    return undefined;
  };

  const mayAsk = (key: string, { isRemote }: Volume): boolean => {
    const before = answers.get(key);
    const pause = before?.code === "ETIMEDOUT" ? SILENT_EVERY_MS : REMOTE_EVERY_MS;
    if (isRemote && before && performance.now() - before.at < pause) return false;
    const hanging = [...underWay.values()];
    if (hanging.length >= HANGING_MAX) return false;
    return !isRemote || hanging.filter((one) => one.isRemote).length < REMOTE_HANGING_MAX;
  };

  /** Waits once for each question, and not for one that was slow before. */
  const ask = async (key: string, volume: Volume): Promise<void> => {
    if (!underWay.has(key) && mayAsk(key, volume)) {
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
    await withTimeout(question.done, answers.has(key) ? ANSWER_LIMIT_MS : FIRST_LIMIT_MS, () => undefined);
  };

  return async (volumes) => {
    const all = volumes.slice(0, VOLUMES_MAX).map((volume) => ({ volume, key: `${volume.type} ${volume.mounts[0]}` }));
    const keys = new Set(all.map(({ key }) => key));
    for (const key of answers.keys()) if (!keys.has(key)) answers.delete(key);
    // This host's own come first: what others hold up must not keep them from being asked. Of those, the longest unasked.
    const askedAt = (key: string) => answers.get(key)?.at ?? 0;
    for (const { volume, key } of all) if (!volume.isRemote) await ask(key, volume);
    const remote = all.filter(({ volume }) => volume.isRemote).toSorted((a, b) => askedAt(a.key) - askedAt(b.key));
    await eachAtOnce(remote, REMOTE_HANGING_MAX, ({ volume, key }) => ask(key, volume));
    const now = performance.now();
    const measured: MeasuredVolume[] = [];
    const unknownDisks: UnknownDisk[] = [];
    for (const { volume, key } of all) {
      const answer = answers.get(key);
      const name = { mount: volume.mounts[0] ?? "", device: volume.device, type: volume.type };
      if (!answer || now - answer.at > KEEP_MS) unknownDisks.push({ ...name, state: "silent", reason: SILENT });
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

function faultOf(code: string): Pick<UnknownDisk, "state" | "reason"> {
  if (code === "ETIMEDOUT") return { state: "silent", reason: SILENT };
  if (code === "EACCES" || code === "EPERM") return { state: "denied", reason: "The panel's user may not read it." };
  return { state: "failed", reason: `It answers with an error (${code}); its server or program may be gone.` };
}

const SILENT = "It does not answer.";
