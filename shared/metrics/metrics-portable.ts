import { arch, hostname, loadavg, release, uptime } from "node:os";
import process from "node:process";
import type { PlatformMetrics } from "./host-sample.ts";
import { createNetworkRates } from "./network-rates.ts";
import { toPercent } from "./percent.ts";

/** Host metrics by systeminformation, for development on macOS. Each sample starts child processes. */
export function createPortableMetrics(): PlatformMetrics {
  // Loaded on first use, since Linux does not need it.
  const library = () => import("systeminformation");
  const toRates = createNetworkRates();

  return {
    async sample() {
      const { currentLoad, mem, fsSize, networkStats } = await library();
      const [load, memory, disks, network] = await Promise.all([currentLoad(), mem(), fsSize(), networkStats("*")]);
      const used = memory.total - memory.available;
      const [one = 0, five = 0, fifteen = 0] = loadavg();
      return {
        cpu: {
          count: load.cpus.length,
          usage: toPercent(load.currentLoad, 100),
          loadAvg: [one, five, fifteen],
          perCore: load.cpus.map((core) => toPercent(core.load, 100)),
        },
        memory: {
          total: memory.total,
          free: memory.free,
          used,
          available: memory.available,
          usagePercent: toPercent(used, memory.total),
        },
        swap: {
          total: memory.swaptotal,
          used: memory.swapused,
          free: memory.swapfree,
          usagePercent: toPercent(memory.swapused, memory.swaptotal),
        },
        disks: disks
          .filter((disk) => disk.size > 0)
          .map((disk) => ({
            mount: disk.mount,
            device: disk.fs,
            type: disk.type,
            total: disk.size,
            used: disk.used,
            available: disk.available,
            usagePercent: toPercent(disk.used, disk.used + disk.available),
          })),
        network: toRates(
          network
            .filter(({ iface }) => !/^(lo|veth|br-|docker|bridge|utun|awdl|llw|gif|stf|anpi|ap)\d*/.test(iface))
            .map(({ iface, rx_bytes, tx_bytes }) => ({
              name: iface,
              rxBytes: rx_bytes,
              txBytes: tx_bytes,
              counted: !/^(bond|vlan|vmenet|feth|ppp|ipsec)\d/.test(iface),
            })),
        ),
        uptime: uptime(),
        platform: process.platform,
        hostname: hostname(),
        timestamp: new Date().toISOString(),
      };
    },
    async info() {
      const { cpu, mem, osInfo } = await library();
      const [processor, memory, system] = await Promise.all([cpu(), mem(), osInfo()]);
      return {
        hostname: hostname(),
        platform: process.platform,
        distribution: `${system.distro} ${system.release}`.trim(),
        kernel: release(),
        architecture: arch(),
        cpuModel: `${processor.manufacturer} ${processor.brand}`.trim(),
        cpuCount: processor.cores,
        memoryTotal: memory.total,
        bootedAt: new Date(Date.now() - uptime() * 1000).toISOString(),
      };
    },
  };
}
