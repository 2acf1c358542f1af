import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";

/** One count of a cgroup: bytes of one kind at one device. */
export interface BlockEntry {
  major?: number | undefined;
  minor?: number | undefined;
  op: string;
  value: number;
}

/** Disks that a device (`253:0`) is made of, as `8:0`; none for a disk. */
export type DisksBelow = (device: string) => readonly string[];

/**
 * Bytes of a kind at all devices, each once: the kernel may count what passes LVM, dm-crypt or a software RAID at that device
 * and again at the disks it is made of. A device is left out when those account for its bytes.
 */
export function sumBlockBytes(
  entries: readonly BlockEntry[],
  op: string,
  disksBelow: DisksBelow = keptDisksBelow,
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

const KEPT_MAX = 256;
/** A number may be given to another device. */
const KEPT_MS = 60_000;
const known = new Map<string, { at: number; disks: readonly string[] }>();

function keptDisksBelow(device: string): readonly string[] {
  const kept = known.get(device);
  if (kept && performance.now() - kept.at < KEPT_MS) return kept.disks;
  if (known.size >= KEPT_MAX) known.clear();
  const disks = readDisksBelow(device);
  known.set(device, { at: performance.now(), disks });
  return disks;
}

/** @param folder Where sysfs lists devices by their numbers. */
export const readDisksBelow = (device: string, folder = "/sys/dev/block"): readonly string[] => [
  ...new Set(disksUnder(join(folder, device), 0)),
];

const DEPTH_MAX = 8;

function disksUnder(path: string, depth: number): string[] {
  try {
    return readdirSync(join(path, "slaves")).flatMap((name) => {
      const lower = realpathSync(join(path, "slaves", name));
      const disk = existsSync(join(lower, "partition")) ? dirname(lower) : lower;
      const deeper = depth < DEPTH_MAX ? disksUnder(disk, depth + 1) : [];
      return deeper.length > 0 ? deeper : [readFileSync(join(disk, "dev"), "utf8").trim()];
    });
  } catch {
    return []; // sysfs is not mounted, or the Engine is on another machine
  }
}
