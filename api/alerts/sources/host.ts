import type { HostMetrics } from "../../../shared/metrics/metrics.ts";
import type { Log } from "../../../shared/server/log.ts";
import type { SignalSink } from "../engine/engine.ts";
import { createPoll } from "./poll.ts";
import type { SignalSource } from "./source.ts";

const EVERY_MS = 10_000;
/** File systems that are full by nature: an image of a snap, a disc. */
const readOnly = new Set(["squashfs", "iso9660", "erofs"]);

const host = { kind: "host", name: "host" } as const;
const round = (value: number) => Math.round(value * 10) / 10;

/** Processor, memory, load and disks of the machine, read as long as a rule asks for one of them. */
export function createHostSource(metrics: HostMetrics, sink: SignalSink, log: Log, everyMs = EVERY_MS): SignalSource {
  const poll = createPoll(
    async () => {
      const { cpu, memory, disks, unknownDisks = [] } = await metrics.sample();
      const load = cpu.loadAvg[1] / Math.max(1, cpu.count);
      sink.report("host-cpu", host, { value: cpu.usage, detail: `${round(cpu.usage)} % of the processor` });
      sink.report("host-memory", host, {
        value: memory.usagePercent,
        detail: `${round(memory.usagePercent)} % of memory`,
      });
      sink.report("host-load", host, { value: load, detail: `load ${round(cpu.loadAvg[1])} on ${cpu.count} cores` });
      const shown = disks.filter(({ type }) => !readOnly.has(type));
      for (const { mount, usagePercent } of shown) {
        const detail = `${round(usagePercent)} % of the disk`;
        sink.report("host-disk", { kind: "host", name: mount }, { value: usagePercent, detail });
      }
      // How full an unknown disk is is not known: an alert about it does not end.
      sink.settle("host", new Set(["host", ...[...shown, ...unknownDisks].map(({ mount }) => mount)]));
    },
    everyMs,
    log,
    "the host",
  );
  return {
    want: (rules) => poll.set(rules.some(({ condition }) => condition.kind.startsWith("host-"))),
    close: poll.close,
  };
}
