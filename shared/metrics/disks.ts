import type { DiskStats } from "../protocol/system.ts";
import { toPercent } from "./percent.ts";

/** A volume and what it answered, in bytes. `used` and `available` leave out what only root may write to. */
export interface MeasuredVolume {
  mount: string;
  device: string;
  type: string;
  total: number;
  used: number;
  available: number;
}

const MEBIBYTE = 1024 * 1024;
/** Pass on the figures of what they lie on. */
const layered = /^(overlay|aufs|unionfs|fuse\.(fuse-overlayfs|bindfs|gocryptfs|encfs|cryfs|unionfs(-fuse)?))$/;

/** Rows of the disks, each disk once: datasets of a ZFS pool share its space, and a layer has the space of what is below. */
export function toDisks(volumes: readonly MeasuredVolume[]): DiskStats[] {
  return withoutLayers(withPools(volumes)).map((volume) => ({
    mount: volume.mount,
    device: volume.device,
    type: volume.type,
    total: volume.total,
    used: volume.used,
    available: volume.available,
    // As `df` counts.
    usagePercent: toPercent(volume.used, volume.used + volume.available),
  }));
}

/** Each pool takes the place of its first dataset; datasets with a limit of their own follow it. */
function withPools(volumes: readonly MeasuredVolume[]): MeasuredVolume[] {
  const pools = Map.groupBy(
    volumes.filter(({ type }) => type === "zfs"),
    ({ device }) => poolOf(device),
  );
  const done = new Set<string>();
  return volumes.flatMap((volume) => {
    if (volume.type !== "zfs") return [volume];
    const pool = poolOf(volume.device);
    if (done.has(pool)) return [];
    done.add(pool);
    return toPool(pools.get(pool) ?? []);
  });
}

const poolOf = (dataset: string): string => dataset.split("/")[0] ?? dataset;
const depthOf = ({ device }: MeasuredVolume): number => device.split("/").length;

/**
 * A dataset answers with its own bytes, and what the pool has left: the pool's use is the sum. Snapshots and what is not
 * mounted are not in it.
 */
function toPool(datasets: readonly MeasuredVolume[]): MeasuredVolume[] {
  const top = datasets.reduce((a, b) => (depthOf(b) < depthOf(a) ? b : a));
  const used = datasets.reduce((sum, one) => sum + one.used, 0);
  const mount = datasets.some((one) => one.mount === "/") ? "/" : top.mount;
  const pool = { ...top, mount, used, total: used + top.available };
  // What is available differs where a quota or a reservation says so.
  const limited = datasets.filter((one) => !isAbout(one.available, top.available) && one.mount !== mount);
  return [pool, ...limited];
}

/** The volumes are asked one after the other, and written to meanwhile. */
const isAbout = (a: number, b: number): boolean => Math.abs(a - b) <= Math.max(64 * MEBIBYTE, 0.01 * Math.max(a, b));

function withoutLayers(volumes: readonly MeasuredVolume[]): MeasuredVolume[] {
  const layers = volumes.filter(({ type }) => layered.test(type));
  const below = (layer: MeasuredVolume) =>
    volumes.find(
      (one) => !layered.test(one.type) && one.total === layer.total && isAbout(one.available, layer.available),
    );
  // In a container the root is the layer, and the disk below shows by folders and files that are mounted into it.
  const root = layers.find(({ mount }) => mount === "/");
  const disk = root && below(root);
  return volumes.flatMap((volume) => {
    if (volume === root && disk) return [{ ...volume, device: disk.device, type: disk.type }];
    if (volume === disk) return [];
    return layers.includes(volume) && below(volume) ? [] : [volume];
  });
}
