import type { DiskStats } from "../protocol/system.ts";
import { toPercent } from "./percent.ts";

/** A volume with its sizes in bytes. `available` excludes the space reserved for root. */
export interface MeasuredVolume {
  mount: string;
  device: string;
  type: string;
  total: number;
  used: number;
  available: number;
}

const MEBIBYTE = 1024 * 1024;
/** Types that report the sizes of the file system below them. */
const layered = /^(overlay|aufs|unionfs|fuse\.(fuse-overlayfs|bindfs|gocryptfs|encfs|cryfs|unionfs(-fuse)?))$/;

/** Lists each disk once: datasets of a ZFS pool share its space, and a layer reports the space of the file system below it. */
export function toDisks(volumes: readonly MeasuredVolume[]): DiskStats[] {
  return withoutLayers(withPools(volumes)).map((volume) => ({
    mount: volume.mount,
    device: volume.device,
    type: volume.type,
    total: volume.total,
    used: volume.used,
    available: volume.available,
    // Computed as by `df`.
    usagePercent: toPercent(volume.used, volume.used + volume.available),
  }));
}

/** Replaces the first dataset of each pool by the pool; datasets with their own limit follow it. */
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
 * Sums the datasets of a pool. Each reports its own used bytes and the free bytes of the pool. Snapshots and datasets that
 * are not mounted are not included.
 */
function toPool(datasets: readonly MeasuredVolume[]): MeasuredVolume[] {
  const top = datasets.reduce((a, b) => (depthOf(b) < depthOf(a) ? b : a));
  const used = datasets.reduce((sum, one) => sum + one.used, 0);
  const mount = datasets.some((one) => one.mount === "/") ? "/" : top.mount;
  const pool = { ...top, mount, used, total: used + top.available };
  // Available space differs only because of a quota or reservation.
  const limited = datasets.filter((one) => !isAbout(one.available, top.available) && one.mount !== mount);
  return [pool, ...limited];
}

/** Approximate, since volumes are measured one after the other, with writes in between. */
const isAbout = (a: number, b: number): boolean => Math.abs(a - b) <= Math.max(64 * MEBIBYTE, 0.01 * Math.max(a, b));

function withoutLayers(volumes: readonly MeasuredVolume[]): MeasuredVolume[] {
  const layers = volumes.filter(({ type }) => layered.test(type));
  const below = (layer: MeasuredVolume) =>
    volumes.find(
      (one) => !layered.test(one.type) && one.total === layer.total && isAbout(one.available, layer.available),
    );
  // In a container, the root is the layer, and the disk below appears through the folders and files mounted into it.
  const root = layers.find(({ mount }) => mount === "/");
  const disk = root && below(root);
  return volumes.flatMap((volume) => {
    if (volume === root && disk) return [{ ...volume, device: disk.device, type: disk.type }];
    if (volume === disk) return [];
    return layers.includes(volume) && below(volume) ? [] : [volume];
  });
}
