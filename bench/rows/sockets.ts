import type { Load } from "../load/control.ts";
import type { CrowdMetrics } from "../load/crowd.ts";
import type { BenchOptions } from "../options.ts";
import type { Row } from "../report.ts";
import { startOurs, startYardstick } from "../servers.ts";
import { median, medians } from "../statistics.ts";

/** Longer than the heartbeat interval of 25 s, so that each socket has one. */
const IDLE_SECONDS = 27;

/** Row 3: connecting with the session check, and idle connections. */
export async function* sockets(load: Load, { repetitions }: BenchOptions): AsyncGenerator<Row> {
  const results: { ours: CrowdMetrics[]; bare: CrowdMetrics[] } = { ours: [], bare: [] };
  for (let repetition = 0; repetition < repetitions; repetition++) {
    for (const [name, start] of [
      ["ours", startOurs],
      ["bare", () => startYardstick("socket.io")],
    ] as const) {
      const running = await start();
      try {
        results[name].push(await load.run("crowd", running.subject, 2_000, IDLE_SECONDS));
      } finally {
        await running.stop();
      }
    }
  }
  const ours = medians(results.ours);
  const bare = medians(results.bare);
  const ratio = (metric: keyof CrowdMetrics) =>
    median(results.ours.map((one, index) => one[metric] / (results.bare[index] as CrowdMetrics)[metric]));
  yield {
    what: "2,000 sockets, session checked",
    metrics: {
      "connects/s": ours.connectsPerSecond,
      "CPU ms a connect": ours.connectCpuMs,
      "kB a socket": ours.kilobytes,
      "idle CPU us/s": ours.idleCpuUs,
      "socket.io connects/s": bare.connectsPerSecond,
      "socket.io CPU ms": bare.connectCpuMs,
      "socket.io kB": bare.kilobytes,
      "socket.io idle CPU us/s": bare.idleCpuUs,
    },
    bounds: {
      "CPU of a connect to bare Socket.IO": { value: ratio("connectCpuMs"), atMost: 1.4 },
      "CPU of an idle socket to bare Socket.IO": { value: ratio("idleCpuUs"), atMost: 1.4 },
      "memory of an idle socket to bare Socket.IO": { value: ratio("kilobytes"), atMost: 1.2 },
    },
  };
}
