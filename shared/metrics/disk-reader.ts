import { stat } from "node:fs/promises";
import type { DiskStats, UnknownDisk } from "../protocol/system.ts";
import { eachAtOnce } from "../server/async/each-at-once.ts";
import { withTimeout } from "../server/async/with-timeout.ts";
import { type MeasuredVolume, toDisks } from "./disks.ts";
import type { Volume } from "./mounts.ts";
import { type FileSystemSizes, localSizes, remoteSizes } from "./statfs.ts";

/** Longest wait of a sample for one file system. */
const RESPONSE_LIMIT_MS = 300;
/** Longest first wait: a program has to start. */
const FIRST_LIMIT_MS = 1_000;
/** Longest age of a measurement that is still shown. */
const KEEP_MS = 60_000;
/** Interval between measurements of remote file systems; longer for those that did not respond. */
const REMOTE_EVERY_MS = 10_000;
const SILENT_EVERY_MS = 30_000;
/** Hanging measurements of remote file systems, and in total: each can block one of the runtime's four threads. */
const MAX_HANGING_REMOTE = 2;
const MAX_HANGING = 3;
/** File systems in a sample; it states how many more there are. */
const MAX_VOLUMES = 200;

export interface DiskSystem {
  statfs(path: string, isRemote: boolean): Promise<FileSystemSizes>;
  isFolder(path: string): Promise<boolean>;
}

export interface DiskReading {
  disks: DiskStats[];
  /** Volumes that could not be measured: not the same as no disk. */
  unknownDisks: UnknownDisk[];
}

interface Measurement {
  at: number;
  /** Whether it took longer than a sample waits. */
  isSlow: boolean;
  measured?: MeasuredVolume | undefined;
  /** Error code of the system if it failed; undefined also if there is nothing to measure. */
  code?: string | undefined;
}

const nodeSystem: DiskSystem = {
  statfs: (path, isRemote) => (isRemote ? remoteSizes(path) : localSizes(path)),
  isFolder: async (path) => (await stat(path)).isDirectory(),
};

/**
 * Creates a function that measures volumes. A volume that does not respond in time does not delay the samples: its last
 * measurement is shown for a minute at most, then it is reported as unknown. It is measured again only after the pending
 * measurement has ended or timed out.
 */
export function createDiskReader(
  system: DiskSystem = nodeSystem,
): (volumes: readonly Volume[]) => Promise<DiskReading> {
  const latest = new Map<string, Measurement>();
  const pending = new Map<string, { done: Promise<void>; isRemote: boolean; waited: boolean }>();

  const measure = async ({ device, type, mounts, isPart, isRemote }: Volume): Promise<MeasuredVolume | undefined> => {
    for (const mount of mounts) {
      if (isPart && !isRemote && !(await system.isFolder(mount))) continue;
      const { bsize, blocks, bfree, bavail } = await system.statfs(mount, isRemote);
      const [total, used, available] = [blocks * bsize, (blocks - bfree) * bsize, bavail * bsize];
      return blocks > 0 ? { device, type, mount, total, used, available } : undefined;
    }
    return undefined;
  };

  const mayStart = (key: string, { isRemote }: Volume): boolean => {
    const before = latest.get(key);
    const pause = before?.code === "ETIMEDOUT" ? SILENT_EVERY_MS : REMOTE_EVERY_MS;
    if (isRemote && before && performance.now() - before.at < pause) return false;
    const hanging = [...pending.values()];
    if (hanging.length >= MAX_HANGING) return false;
    return !isRemote || hanging.filter((one) => one.isRemote).length < MAX_HANGING_REMOTE;
  };

  /** Starts a measurement if allowed, and waits for it once; never for a volume that was slow the last time. */
  const refresh = async (key: string, volume: Volume): Promise<void> => {
    if (!pending.has(key) && mayStart(key, volume)) {
      const startedAt = performance.now();
      const done = measure(volume)
        .then(
          (measured) => ({ measured }),
          (error: NodeJS.ErrnoException) => ({ code: codeOf(error) }),
        )
        .then((outcome) => {
          const at = performance.now();
          pending.delete(key);
          latest.set(key, { at, isSlow: at - startedAt > RESPONSE_LIMIT_MS, ...outcome });
        });
      pending.set(key, { done, isRemote: volume.isRemote, waited: latest.get(key)?.isSlow ?? false });
    }
    const run = pending.get(key);
    if (!run || run.waited) return;
    run.waited = true;
    await withTimeout(run.done, latest.has(key) ? RESPONSE_LIMIT_MS : FIRST_LIMIT_MS, () => undefined);
  };

  return async (volumes) => {
    const all = volumes.slice(0, MAX_VOLUMES).map((volume) => ({ volume, key: `${volume.type} ${volume.mounts[0]}` }));
    const keys = new Set(all.map(({ key }) => key));
    for (const key of latest.keys()) if (!keys.has(key)) latest.delete(key);
    // Local volumes first, so that slow remote ones do not delay them. Then the remote ones with the oldest measurement first.
    const measuredAt = (key: string) => latest.get(key)?.at ?? 0;
    for (const { volume, key } of all) if (!volume.isRemote) await refresh(key, volume);
    const remote = all
      .filter(({ volume }) => volume.isRemote)
      .toSorted((a, b) => measuredAt(a.key) - measuredAt(b.key));
    await eachAtOnce(remote, MAX_HANGING_REMOTE, ({ volume, key }) => refresh(key, volume));
    const now = performance.now();
    const measured: MeasuredVolume[] = [];
    const unknownDisks: UnknownDisk[] = [];
    for (const { volume, key } of all) {
      const reading = latest.get(key);
      const name = { mount: volume.mounts[0] ?? "", device: volume.device, type: volume.type };
      if (!reading || now - reading.at > KEEP_MS) unknownDisks.push({ ...name, state: "silent", reason: SILENT });
      else if (reading.measured) measured.push(reading.measured);
      else if (reading.code) unknownDisks.push({ ...name, ...faultOf(reading.code) });
    }
    const leftOut = volumes.length - all.length;
    if (leftOut > 0) {
      const reason = `${leftOut} more file systems are not listed.`;
      unknownDisks.push({ mount: "…", device: "", type: "", state: "omitted", reason });
    }
    return { disks: toDisks(measured), unknownDisks };
  };
}

/** Returns the error code; undefined if the path no longer exists, since the volume is being unmounted. */
function codeOf({ code }: NodeJS.ErrnoException): string | undefined {
  return code === "ENOENT" || code === "ENOTDIR" ? undefined : (code ?? "unknown");
}

function faultOf(code: string): Pick<UnknownDisk, "state" | "reason"> {
  if (code === "ETIMEDOUT") return { state: "silent", reason: SILENT };
  if (code === "EACCES" || code === "EPERM") return { state: "denied", reason: "The panel's user may not read it." };
  return { state: "failed", reason: `The file system reports an error (${code}); its server or program may be gone.` };
}

const SILENT = "The file system does not respond.";
