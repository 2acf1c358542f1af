import { z } from "zod";
import type { DockerHost } from "../../shared/host/docker.ts";
import type { ServiceStats } from "../../shared/protocol/events/services.ts";
import { toAppError } from "../../shared/server/errors.ts";
import { createBackoff, delay } from "../backoff.ts";
import type { Upstream } from "../hub.ts";
import { readJsonLines } from "./json-lines.ts";

export type ContainerSample = Omit<ServiceStats, "serviceId" | "containerName">;

/** A stopped container is looked at again this often. */
const STOPPED_RECHECK_MS = 2_000;

const counts = z.object({
  cpu_usage: z.object({ total_usage: z.number() }),
  system_cpu_usage: z.number().optional(),
  online_cpus: z.number().optional(),
});
/** One document of the Engine's stats stream, as far as it is used; `precpu_stats` is the one before. */
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
    io_service_bytes_recursive: z.array(z.object({ op: z.string(), value: z.number() })).nullish(),
  }),
  pids_stats: z.object({ current: z.number().default(0) }).default({ current: 0 }),
});

/** Turns a document into a sample; undefined for the first of a stream, which has nothing to compare with. */
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
  const blockBytes = (op: string) =>
    blocks.reduce((sum, entry) => (entry.op.toLowerCase() === op ? sum + entry.value : sum), 0);
  // Page cache that can be given back is not the container's use: `inactive_file` on cgroup 2, `total_inactive_file` on 1.
  const cache = memory.stats.inactive_file ?? memory.stats.total_inactive_file ?? 0;
  return {
    cpuPercent: passed > 0 && used > 0 ? (used / passed) * (cpu.online_cpus ?? 1) * 100 : 0,
    memoryBytes: Math.max(0, memory.usage - cache),
    memoryLimitBytes: memory.limit,
    networkRxBytes: interfaces.reduce((sum, { rx_bytes }) => sum + rx_bytes, 0),
    networkTxBytes: interfaces.reduce((sum, { tx_bytes }) => sum + tx_bytes, 0),
    blockReadBytes: blockBytes("read"),
    blockWriteBytes: blockBytes("write"),
    pids: pids_stats.current,
    timestamp: read,
  };
}

/** Follows the samples of one container, one a second, through restarts and breaks, until closed. */
export function openContainerStats(
  name: string,
  docker: DockerHost,
  onSample: (sample: ContainerSample) => void,
): Upstream {
  const abort = new AbortController();
  const { signal } = abort;
  const follow = async () => {
    const backoff = createBackoff();
    while (!signal.aborted) {
      try {
        const { id, running } = await docker.identify(name);
        if (!running) {
          await delay(STOPPED_RECHECK_MS, signal);
          continue;
        }
        const stream = await docker.openStats(id, signal);
        backoff.reset();
        for await (const document of readJsonLines(stream)) {
          const sample = toSample(document);
          if (sample) onSample(sample);
        }
      } catch (error) {
        if (toAppError(error).code === "not_found") await delay(STOPPED_RECHECK_MS, signal);
      }
      await backoff.wait(signal);
    }
  };
  void follow();
  return { close: () => abort.abort() };
}
