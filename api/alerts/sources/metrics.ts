import type { AlertRule } from "../../../shared/protocol/alert.ts";
import type { Log } from "../../../shared/server/log.ts";
import type { SignalSink } from "../engine/engine.ts";
import { createPoll } from "./poll.ts";
import type { SignalSource } from "./source.ts";

/** The newest figures of running containers by name, however they are come by. */
export interface ContainerFigures {
  latest(): ReadonlyMap<string, { cpuPercent: number; memoryBytes: number; memoryLimitBytes: number; at: number }>;
}

const EVERY_MS = 10_000;
/** Older figures say nothing of now. */
const AGE_MAX_MS = 60_000;
const mebibytes = (bytes: number) => `${Math.round(bytes / 1_048_576)} MiB`;
const isWanted = ({ condition: { kind } }: AlertRule) => kind === "container-memory" || kind === "container-cpu";

/** Processor and memory of containers, from the samples that are taken anyway. */
export function createFigureSource(
  figures: ContainerFigures,
  projectOf: (name: string) => string | null,
  sink: SignalSink,
  log: Log,
): SignalSource {
  const look = async () => {
    const oldest = Date.now() - AGE_MAX_MS;
    for (const [name, { cpuPercent, memoryBytes, memoryLimitBytes, at }] of figures.latest()) {
      if (at < oldest) continue;
      const subject = { kind: "container", name, project: projectOf(name) } as const;
      const cpuDetail = `${Math.round(cpuPercent)} % of one core`;
      sink.report("container-cpu", subject, { value: cpuPercent, detail: cpuDetail });
      if (memoryLimitBytes <= 0) continue;
      const share = (memoryBytes / memoryLimitBytes) * 100;
      const detail = `${mebibytes(memoryBytes)} of ${mebibytes(memoryLimitBytes)}`;
      sink.report("container-memory", subject, { value: share, detail });
    }
  };
  const poll = createPoll(look, EVERY_MS, log, "figures of containers");
  return { want: (rules) => poll.set(rules.some(isWanted)), close: poll.close };
}
