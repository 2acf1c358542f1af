import type { AlertRule } from "../../../shared/protocol/alert.ts";
import type { Log } from "../../../shared/server/log.ts";
import type { SignalSink } from "../engine/engine.ts";
import { createPoll } from "./poll.ts";
import type { SignalSource } from "./source.ts";

/** The latest metrics of running containers. */
export interface ContainerMetrics {
  /** By container name. `at` is in milliseconds since the epoch; `memoryLimitBytes` is 0 without a limit. */
  latest(): ReadonlyMap<string, { cpuPercent: number; memoryBytes: number; memoryLimitBytes: number; at: number }>;
}

const POLL_INTERVAL_MS = 10_000;
/** Older samples say nothing about the present. */
const MAX_AGE_MS = 60_000;
const mebibytes = (bytes: number) => `${Math.round(bytes / 1_048_576)} MiB`;
const isWanted = ({ condition: { kind } }: AlertRule) => kind === "container-memory" || kind === "container-cpu";

/** CPU and memory of containers, from samples that the metrics history takes anyway. */
export function createMetricSource(
  metrics: ContainerMetrics,
  projectOf: (name: string) => string | null,
  sink: SignalSink,
  log: Log,
): SignalSource {
  const read = async () => {
    const oldest = Date.now() - MAX_AGE_MS;
    for (const [name, { cpuPercent, memoryBytes, memoryLimitBytes, at }] of metrics.latest()) {
      if (at < oldest) continue;
      const subject = { kind: "container", name, project: projectOf(name) } as const;
      const cpuDetail = `${Math.round(cpuPercent)}% of one core`;
      sink.report("container-cpu", subject, { value: cpuPercent, detail: cpuDetail });
      if (memoryLimitBytes <= 0) continue;
      const share = (memoryBytes / memoryLimitBytes) * 100;
      const detail = `${mebibytes(memoryBytes)} of ${mebibytes(memoryLimitBytes)}`;
      sink.report("container-memory", subject, { value: share, detail });
    }
  };
  const poll = createPoll(read, POLL_INTERVAL_MS, log, "container metrics");
  return { want: (rules) => poll.set(rules.some(isWanted)), close: poll.close };
}
