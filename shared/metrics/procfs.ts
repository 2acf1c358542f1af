import { readFileSync } from "node:fs";

/**
 * Reads a file of Linux's procfs. Synchronous: these files are in memory (about 50 µs each), and asynchronous reads would
 * wait behind a thread that hangs on a dead mount.
 */
const read = (path: string) => readFileSync(path, "utf8");

export interface CpuTimes {
  busy: number;
  total: number;
}

/** Returns the CPU times since boot, of all processors together and of each. */
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

/** Returns when the kernel started, ISO 8601. */
export function readBootTime(): string {
  const seconds = /^btime (\d+)$/m.exec(read("/proc/stat"))?.[1] ?? "0";
  return new Date(Number(seconds) * 1000).toISOString();
}

/** Sizes in bytes. */
export interface MemorySizes {
  total: number;
  free: number;
  /** Memory that programs can get without swapping, including reclaimable caches. */
  available: number;
  swapTotal: number;
  swapFree: number;
}

export const readMemory = (): MemorySizes => parseMemory(read("/proc/meminfo"), readIfThere(ARC_STATS));

const ARC_STATS = "/proc/spl/kstat/zfs/arcstats";

/** @param arcstats of ZFS, if loaded: its cache is reclaimable like the page cache, but the kernel does not count it so */
export function parseMemory(meminfo: string, arcstats = ""): MemorySizes {
  const sizes = new Map<string, number>();
  for (const [, name = "", size] of meminfo.matchAll(/^([\w()]+):\s+(\d+) kB$/gm)) sizes.set(name, Number(size) * 1024);
  const of = (name: string) => sizes.get(name) ?? 0;
  const arc = (name: string) => Number(new RegExp(`^${name}\\s+\\d+\\s+(\\d+)$`, "m").exec(arcstats)?.[1] ?? 0);
  const total = of("MemTotal");
  const [arcSize, arcLeast] = [arc("size"), arc("c_min")];
  // Kernels before 3.14, and some emulations of Linux, lack MemAvailable.
  const available =
    sizes.get("MemAvailable") ?? of("MemFree") + of("Buffers") + of("Cached") + of("SReclaimable") - of("Shmem");
  // A container can see the cache of its host, which is not part of its own memory.
  const isOwn = arcSize <= total - available;
  return {
    total,
    free: of("MemFree"),
    available: Math.min(total, Math.max(0, available + (isOwn ? Math.max(0, arcSize - arcLeast) : 0))),
    swapTotal: of("SwapTotal"),
    swapFree: of("SwapFree"),
  };
}

function readIfThere(path: string): string {
  try {
    return read(path);
  } catch {
    return "";
  }
}

export function readLoad(): [number, number, number] {
  const [one = 0, five = 0, fifteen = 0] = read("/proc/loadavg").split(" ").slice(0, 3).map(Number);
  return [one, five, fifteen];
}

/** Returns the seconds since boot. */
export const readUptime = (): number => Number(read("/proc/uptime").split(" ")[0]);
