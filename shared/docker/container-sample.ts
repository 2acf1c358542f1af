import { z } from "zod";
import { sumBlockBytes } from "../metrics/block-devices.ts";
import type { ServiceStats } from "../protocol/events/services.ts";

export type ContainerSample = Omit<ServiceStats, "serviceId" | "containerName">;

const counts = z.object({
  cpu_usage: z.object({ total_usage: z.number() }),
  system_cpu_usage: z.number().optional(),
  online_cpus: z.number().optional(),
});
/** A document of the Engine's stats stream, with the fields that are used here; `precpu_stats` is the previous sample. */
const statsDocument = z.object({
  read: z.string(),
  cpu_stats: counts,
  precpu_stats: counts,
  memory_stats: z.object({
    usage: z.number().default(0),
    limit: z.number().default(0),
    stats: z.record(z.string(), z.number()).default({}),
  }),
  networks: z.record(z.string(), z.object({ rx_bytes: z.number(), tx_bytes: z.number() })).default({}),
  blkio_stats: z.object({
    io_service_bytes_recursive: z
      .array(
        z.object({ major: z.number().optional(), minor: z.number().optional(), op: z.string(), value: z.number() }),
      )
      .nullish(),
  }),
  pids_stats: z.object({ current: z.number().default(0) }).default({ current: 0 }),
});

/** Converts a document to a sample; undefined for the first document of a stream, which has no previous CPU counters. */
export function toSample(document: unknown): ContainerSample | undefined {
  const parsed = statsDocument.safeParse(document);
  if (!parsed.success) return undefined;
  const {
    read,
    cpu_stats: cpu,
    precpu_stats: before,
    memory_stats: memory,
    networks,
    blkio_stats,
    pids_stats,
  } = parsed.data;
  if (before.system_cpu_usage === undefined || cpu.system_cpu_usage === undefined) return undefined;
  const used = cpu.cpu_usage.total_usage - before.cpu_usage.total_usage;
  const passed = cpu.system_cpu_usage - before.system_cpu_usage;
  const interfaces = Object.values(networks);
  const blocks = blkio_stats.io_service_bytes_recursive ?? [];
  // Reclaimable page cache does not count as used: `inactive_file` on cgroup 2, `total_inactive_file` on cgroup 1.
  const cache = memory.stats.inactive_file ?? memory.stats.total_inactive_file ?? 0;
  return {
    cpuPercent: passed > 0 && used > 0 ? (used / passed) * (cpu.online_cpus ?? 1) * 100 : 0,
    memoryBytes: Math.max(0, memory.usage - cache),
    memoryLimitBytes: memory.limit,
    networkRxBytes: interfaces.reduce((sum, { rx_bytes }) => sum + rx_bytes, 0),
    networkTxBytes: interfaces.reduce((sum, { tx_bytes }) => sum + tx_bytes, 0),
    blockReadBytes: sumBlockBytes(blocks, "read"),
    blockWriteBytes: sumBlockBytes(blocks, "write"),
    pids: pids_stats.current,
    timestamp: read,
  };
}
