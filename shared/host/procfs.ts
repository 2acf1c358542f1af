import { readFileSync } from "node:fs";

/**
 * Readers of Linux's procfs. They read synchronously: these files live in memory (some 50 µs each), and asynchronous
 * reads would wait behind a thread that hangs on a dead mount.
 */
const read = (path: string) => readFileSync(path, "utf8");

export interface CpuTimes {
  busy: number;
  total: number;
}

/** Times since boot of all processors together, then of each. */
export function readCpuTimes(): { all: CpuTimes; cores: CpuTimes[] } {
  return parseCpuTimes(read("/proc/stat"));
}

export function parseCpuTimes(stat: string): { all: CpuTimes; cores: CpuTimes[] } {
  const [all = { busy: 0, total: 0 }, ...cores] = stat
    .split("\n")
    .filter((line) => line.startsWith("cpu"))
    .map((line) => {
      // user nice system idle iowait irq softirq steal; guest times are in user and nice already
      const times = line.trim().split(/\s+/).slice(1, 9).map(Number);
      const total = times.reduce((sum, time) => sum + time, 0);
      return { total, busy: total - (times[3] ?? 0) - (times[4] ?? 0) };
    });
  return { all, cores };
}

/** ISO 8601 of the moment the kernel started. */
export function readBootTime(): string {
  const seconds = /^btime (\d+)$/m.exec(read("/proc/stat"))?.[1] ?? "0";
  return new Date(Number(seconds) * 1000).toISOString();
}

/** Bytes by the names of `/proc/meminfo`, without their unit. */
export function readMemory(): (name: string) => number {
  const sizes = new Map<string, number>();
  for (const [, name = "", size] of read("/proc/meminfo").matchAll(/^(\w+):\s+(\d+) kB$/gm)) {
    sizes.set(name, Number(size) * 1024);
  }
  return (name) => sizes.get(name) ?? 0;
}

export function readLoad(): [number, number, number] {
  const [one = 0, five = 0, fifteen = 0] = read("/proc/loadavg").split(" ").slice(0, 3).map(Number);
  return [one, five, fifteen];
}

/** Seconds. */
export const readUptime = (): number => Number(read("/proc/uptime").split(" ")[0]);

export interface InterfaceCounters {
  name: string;
  rxBytes: number;
  txBytes: number;
}

/** Interfaces that carry no traffic of their own: loopback, shapers, and the inner ends of containers and bridges. */
const innerInterface = /^(lo|ifb|veth|br-|docker|virbr|vnet|tap|cni|cali|flannel|vxlan|dummy|sit|tunl|ip6tnl|gre)/;

export function readInterfaces(): InterfaceCounters[] {
  return parseInterfaces(read("/proc/net/dev"));
}

export function parseInterfaces(dev: string): InterfaceCounters[] {
  return dev.split("\n").flatMap((line) => {
    const [, name, counters] = /^\s*([^\s:]+):\s*(.*)$/.exec(line) ?? [];
    if (!name || !counters || innerInterface.test(name)) return [];
    const fields = counters.trim().split(/\s+/).map(Number);
    return [{ name, rxBytes: fields[0] ?? 0, txBytes: fields[8] ?? 0 }];
  });
}

export interface Mount {
  device: string;
  mount: string;
  type: string;
}

const storageType =
  /^(ext[234]|xfs|btrfs|zfs|bcachefs|f2fs|jfs|reiserfs|vfat|exfat|ntfs3?|fuseblk|nfs4?|cifs|smb3|9p|virtiofs|fuse\.sshfs|fuse\.rclone)$/;

/** File systems that store something, each once, by the place it was mounted at first. */
export function readMounts(): Mount[] {
  return parseMounts(read("/proc/self/mounts"));
}

export function parseMounts(mounts: string): Mount[] {
  const byDevice = new Map<string, Mount>();
  for (const line of mounts.split("\n")) {
    const [device = "", mount = "", type = ""] = line.split(" ").map(unescapeOctal);
    // In a container the root is an overlay, and still the disk of that container.
    if (!storageType.test(type) && !(type === "overlay" && mount === "/")) continue;
    if (device.startsWith("/dev/loop")) continue;
    const key = type === "zfs" ? (device.split("/")[0] ?? device) : device; // datasets of a pool share its space
    if (!byDevice.has(key)) byDevice.set(key, { device, mount, type });
  }
  return [...byDevice.values()];
}

/** The kernel writes blanks and backslashes of a path as `\040`. */
const unescapeOctal = (field: string) =>
  field.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
