import type { Load } from "../load/control.ts";
import type { BenchOptions } from "../options.ts";
import type { Row } from "../report.ts";
import { startOurs } from "../servers.ts";

/** Row 4: metrics of the host for many viewers. */
export async function* stats(load: Load, { quick }: BenchOptions): AsyncGenerator<Row> {
  const ours = await startOurs();
  try {
    const metrics = await load.run("stats", ours.subject, 100, quick ? 5 : 15);
    yield {
      what: "host metrics each second, 100 viewers",
      metrics: { "samples a viewer": metrics.samplesPerViewer, "CPU share": metrics.cpuShare },
      bounds: process.platform === "linux" ? { "child processes": { value: metrics.childFaults, atMost: 0 } } : {},
    };
  } finally {
    await ours.stop();
  }
}
