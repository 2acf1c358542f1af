import { type FeedShape, startFeed } from "../feed.ts";
import type { Load } from "../load/control.ts";
import type { LogMetrics } from "../load/log-load.ts";
import type { BenchOptions } from "../options.ts";
import { SERVER_CORE } from "../process-metrics.ts";
import type { Bound, Row } from "../report.ts";
import { startOurs, startScript } from "../servers.ts";
import { median, medians } from "../statistics.ts";
import type { Subject } from "../subject.ts";

/** Lines per second (0: as fast as possible), viewers, and how the container writes. */
const CASES: [rate: number, viewers: number, shape: FeedShape][] = [
  [100, 1, "lines"],
  [100, 20, "lines"],
  [100, 100, "lines"],
  [10_000, 1, "lines"],
  [10_000, 1, "blocks"],
  [10_000, 20, "lines"],
  [10_000, 20, "blocks"],
  [10_000, 100, "blocks"],
  [0, 1, "blocks"],
  [0, 20, "blocks"],
  [0, 100, "blocks"],
];
const QUICK_CASES: typeof CASES = [
  [100, 1, "lines"],
  [10_000, 1, "blocks"],
  [10_000, 20, "blocks"],
  [0, 20, "blocks"],
];
/** Most processor time of a line at 10,000 lines/s, to raw ws, by viewers. */
const CPU_BOUNDS: Record<number, number> = { 1: 1.2, 20: 0.6 };

/** Row 2: one container and many viewers, compared with a plain WebSocket server that forwards each chunk. */
export async function* logs(load: Load, { quick, repetitions, seconds }: BenchOptions): AsyncGenerator<Row> {
  const ours = await startOurs();
  try {
    for (const [rate, viewers, shape] of quick ? QUICK_CASES : CASES) {
      const results: { ours: LogMetrics[]; ws: LogMetrics[] } = { ours: [], ws: [] };
      let streams = 0;
      for (let repetition = 0; repetition < repetitions; repetition++) {
        const feed = await startFeed(shape);
        try {
          const options = { viewers, rate, seconds: rate === 0 ? seconds : seconds * 2 };
          const measuring = load.run("logs", ours.subject, feed, options);
          streams = Math.max(streams, await mostStreams(ours.subject.port, measuring));
          results.ours.push(await measuring);
          results.ws.push(await measureForwarder(load, feed, options));
        } finally {
          await feed.remove();
        }
      }
      yield toRow([rate, viewers, shape], streams, results);
    }
  } finally {
    await ours.stop();
  }
}

async function measureForwarder(
  load: Load,
  feed: { container: string; pipe: string },
  options: { viewers: number; rate: number; seconds: number },
): Promise<LogMetrics> {
  const script = await startScript("yardsticks/log-forwarder.ts", SERVER_CORE, { CONTAINER: feed.container });
  const subject: Subject = {
    name: "ws",
    pid: script.pid,
    port: script.port,
    dialect: "plain",
    path: "/",
    publish: { path: "", headers: {} },
  };
  try {
    return await load.run("logs", subject, feed, options);
  } finally {
    await script.stop();
  }
}

/** Returns the maximum number of open upstream sources during a measurement. */
async function mostStreams(port: number, measuring: Promise<unknown>): Promise<number> {
  let over = false;
  let most = 0;
  measuring.then(
    () => (over = true),
    () => (over = true),
  );
  while (!over) {
    const health = (await (await fetch(`http://127.0.0.1:${port}/health`)).json()) as { activeStreams: number };
    most = Math.max(most, health.activeStreams);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  return most;
}

function toRow(
  [rate, viewers, shape]: (typeof CASES)[number],
  streams: number,
  results: { ours: LogMetrics[]; ws: LogMetrics[] },
): Row {
  const ours = medians(results.ours);
  const ws = medians(results.ws);
  const cpu = median(
    results.ours.map((one, index) => one.cpuPerMillion / (results.ws[index] as LogMetrics).cpuPerMillion),
  );
  const bounds: Record<string, Bound> = {
    "delivered or announced, of all lines": {
      value: Math.min(...results.ours.map(({ accounted }) => accounted)),
      atLeast: 1,
    },
    repeated: { value: Math.max(...results.ours.map(({ repeated }) => repeated)), atMost: 0 },
    "Engine streams": { value: streams, atMost: 1 },
  };
  const atMost = rate === 10_000 ? CPU_BOUNDS[viewers] : undefined;
  if (atMost !== undefined) bounds["CPU to raw ws, chunk by chunk"] = { value: cpu, atMost };
  if (rate === 100 && viewers === 1) bounds["p50 ms"] = { value: ours.p50, atMost: 2 };
  return {
    what: `logs, ${rate === 0 ? "flat out" : `${rate} lines/s in ${shape}`}, ${viewers} viewers`,
    metrics: {
      "lines/s": ours.linesPerSecond,
      delivered: ours.delivered,
      "lines a message": ours.linesPerMessage,
      "p50 ms": ours.p50,
      "p99 ms": ours.p99,
      "CPU s/M": ours.cpuPerMillion,
      "ws lines/s": ws.linesPerSecond,
      "ws p50 ms": ws.p50,
      "ws p99 ms": ws.p99,
      "ws CPU s/M": ws.cpuPerMillion,
      "CPU ratio": cpu,
    },
    bounds,
  };
}
