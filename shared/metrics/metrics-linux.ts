import { readFileSync } from "node:fs";
import { arch, cpus, hostname, release } from "node:os";
import process from "node:process";
import { setTimeout as delay } from "node:timers/promises";
import { createDiskReader } from "./disk-reader.ts";
import type { HostSample, PlatformMetrics } from "./host-sample.ts";
import { readInterfaces } from "./interfaces.ts";
import { readVolumes } from "./mounts.ts";
import { createNetworkRates } from "./network-rates.ts";
import { toPercent } from "./percent.ts";
import { type CpuTimes, readBootTime, readCpuTimes, readLoad, readMemory, readUptime } from "./procfs.ts";

/** Time between the two readings of the first sample: usage is a share between two readings. */
const FIRST_SPAN_MS = 200;

/** Host metrics from procfs, without a child process. */
export function createLinuxMetrics(): PlatformMetrics {
  const readDisks = createDiskReader();
  const toRates = createNetworkRates();
  let before: ReturnType<typeof readCpuTimes> | undefined;

  const sampleCpu = (): HostSample["cpu"] => {
    const now = readCpuTimes();
    const usage = (current: CpuTimes, last: CpuTimes | undefined) =>
      toPercent(current.busy - (last?.busy ?? 0), current.total - (last?.total ?? 0));
    const cpu = {
      count: now.cores.length,
      usage: usage(now.all, before?.all),
      loadAvg: readLoad(),
      perCore: now.cores.map((core, index) => usage(core, before?.cores[index])),
    };
    before = now;
    return cpu;
  };

  return {
    async sample() {
      if (!before) {
        before = readCpuTimes();
        toRates(readInterfaces());
        await delay(FIRST_SPAN_MS);
      }
      const { disks, unknownDisks } = await readDisks(readVolumes());
      const { total, free, available, swapTotal, swapFree } = readMemory();
      const memory = { total, free, available };
      const used = total - available;
      const swap = { total: swapTotal, free: swapFree };
      const swapUsed = swap.total - swap.free;
      return {
        cpu: sampleCpu(),
        memory: { ...memory, used, usagePercent: toPercent(used, memory.total) },
        swap: { ...swap, used: swapUsed, usagePercent: toPercent(swapUsed, swap.total) },
        disks,
        unknownDisks: unknownDisks.length > 0 ? unknownDisks : undefined,
        network: toRates(readInterfaces()),
        uptime: readUptime(),
        platform: process.platform,
        hostname: hostname(),
        timestamp: new Date().toISOString(),
      };
    },
    async info() {
      return {
        hostname: hostname(),
        platform: process.platform,
        distribution: distributionName(),
        kernel: release(),
        architecture: arch(),
        cpuModel: cpus()[0]?.model.trim() || arch(),
        cpuCount: readCpuTimes().cores.length,
        memoryTotal: readMemory().total,
        bootedAt: readBootTime(),
      };
    },
  };
}

function distributionName(): string {
  try {
    return /^PRETTY_NAME="?([^"\n]*)"?$/m.exec(readFileSync("/etc/os-release", "utf8"))?.[1] ?? "Linux";
  } catch {
    return "Linux";
  }
}
