import type { HostMetrics } from "../../../shared/metrics/metrics.ts";
import type { Log } from "../../../shared/server/log.ts";
import type { SignalSink } from "../engine/engine.ts";
import { createPoll } from "./poll.ts";
import type { SignalSource } from "./source.ts";

const POLL_INTERVAL_MS = 10_000;
/** Read-only file systems, which are always full: snap images, discs. */
const readOnly = new Set(["squashfs", "iso9660", "erofs"]);

const host = { kind: "host", name: "host" } as const;
const round = (value: number) => Math.round(value * 10) / 10;

/** CPU, memory, load and disks of the machine. It reads while an enabled rule needs one of them. */
export function createHostSource(
  metrics: HostMetrics,
  sink: SignalSink,
  log: Log,
  intervalMs = POLL_INTERVAL_MS,
): SignalSource {
  const poll = createPoll(
    async () => {
      const { cpu, memory, disks, unknownDisks = [] } = await metrics.sample();
      const load = cpu.loadAvg[1] / Math.max(1, cpu.count);
      sink.report("host-cpu", host, { value: cpu.usage, detail: `${round(cpu.usage)}% of the CPU` });
      sink.report("host-memory", host, {
        value: memory.usagePercent,
        detail: `${round(memory.usagePercent)}% of memory`,
      });
      sink.report("host-load", host, { value: load, detail: `load ${round(cpu.loadAvg[1])} on ${cpu.count} cores` });
      const shown = disks.filter(({ type }) => !readOnly.has(type));
      for (const { mount, usagePercent } of shown) {
        const detail = `${round(usagePercent)}% of the disk`;
        sink.report("host-disk", { kind: "host", name: mount }, { value: usagePercent, detail });
      }
      // The usage of an unknown disk is unknown: its alert continues.
      sink.settle("host", new Set(["host", ...[...shown, ...unknownDisks].map(({ mount }) => mount)]));
    },
    intervalMs,
    log,
    "the host",
  );
  return {
    want: (rules) => poll.set(rules.some(({ condition }) => condition.kind.startsWith("host-"))),
    close: poll.close,
  };
}
