import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";

/** One counter of a cgroup: bytes of one operation on one device. */
export interface BlockEntry {
  major?: number | undefined;
  minor?: number | undefined;
  op: string;
  value: number;
}

/** Returns the disks (`8:0`) below a device (`253:0`); none for a disk itself. */
export type DisksBelow = (device: string) => readonly string[];

/**
 * Sums the bytes of an operation over all devices and counts each byte once. The kernel can count bytes of LVM, dm-crypt or
 * software RAID at that device and again at the disks below, so a device is skipped if its disks account for its bytes.
 */
export function sumBlockBytes(
  entries: readonly BlockEntry[],
  op: string,
  disksBelow: DisksBelow = cachedDisksBelow,
): number {
  const byDevice = new Map<string, number>();
  for (const entry of entries) {
    if (entry.op.toLowerCase() !== op) continue;
    const device = `${entry.major}:${entry.minor}`;
    byDevice.set(device, (byDevice.get(device) ?? 0) + entry.value);
  }
  let sum = 0;
  for (const [device, bytes] of byDevice) {
    const below = byDevice.size > 1 ? disksBelow(device) : [];
    const atDisks = below.reduce((total, disk) => total + (byDevice.get(disk) ?? 0), 0);
    if (atDisks === 0 || atDisks < bytes) sum += bytes;
  }
  return sum;
}

const MAX_CACHED = 256;
/** The kernel can reuse a device number. */
const CACHE_MS = 60_000;
const cache = new Map<string, { at: number; disks: readonly string[] }>();

function cachedDisksBelow(device: string): readonly string[] {
  const cached = cache.get(device);
  if (cached && performance.now() - cached.at < CACHE_MS) return cached.disks;
  if (cache.size >= MAX_CACHED) cache.clear();
  const disks = readDisksBelow(device);
  cache.set(device, { at: performance.now(), disks });
  return disks;
}

/** Reads the disks below a device. @param folder of sysfs with the devices by number */
export const readDisksBelow = (device: string, folder = "/sys/dev/block"): readonly string[] => [
  ...new Set(disksUnder(join(folder, device), 0)),
];

const MAX_DEPTH = 8;

function disksUnder(path: string, depth: number): string[] {
  try {
    return readdirSync(join(path, "slaves")).flatMap((name) => {
      const lower = realpathSync(join(path, "slaves", name));
      const disk = existsSync(join(lower, "partition")) ? dirname(lower) : lower;
      const deeper = depth < MAX_DEPTH ? disksUnder(disk, depth + 1) : [];
      return deeper.length > 0 ? deeper : [readFileSync(join(disk, "dev"), "utf8").trim()];
    });
  } catch {
    return []; // sysfs is not mounted, or the Engine is on another machine
  }
}
