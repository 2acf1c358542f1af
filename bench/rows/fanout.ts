import type { Load } from "../load/control.ts";
import type { FlatMetrics, PacedMetrics } from "../load/room-load.ts";
import type { BenchOptions } from "../options.ts";
import type { Bound, Row } from "../report.ts";
import { startAll } from "../servers.ts";
import { median, medians } from "../statistics.ts";
import type { RunningSubject } from "../subject.ts";

/** Events per second of the latency measurement, by subscribers: far below the maximum of any subject. */
const PACE: Record<number, number> = { 1: 200, 50: 100, 500: 20, 2000: 5 };
/** Single latency measurements differ by a tenth, medians of nine by a thirtieth. */
const PACED_REPETITIONS = 9;
const PUBLISHERS = 32;
const BATCH = 20;
const WARM_UP_EVENTS = 30_000;
const WARM_UP_ROUNDS = 8;

/** Row 1: events published over HTTP to a room, as fast as possible and at a fixed rate. */
export async function* fanout(load: Load, { quick, repetitions, seconds }: BenchOptions): AsyncGenerator<Row> {
  const running = await startAll();
  try {
    for (const { subject } of running) await warmUp(load, subject);
    for (const subscribers of quick ? [1, 50, 500] : [1, 50, 500, 2_000]) {
      for (const { subject } of running) await load.run("resize", subject, subscribers);
      for (const [bytes, batch] of quick
        ? [[200, 1]]
        : ([
            [200, 1],
            [200, BATCH],
            [2_000, 1],
            [2_000, BATCH],
          ] as const)) {
        // 32 requests of 40 KB for 2,000 sockets would be 2.5 GB, and the baselines queue all of it.
        if (subscribers === 2_000 && (bytes as number) * (batch as number) > 10_000) continue;
        const results = await alternate(running, repetitions, batch as number, (subject) =>
          load.run("flat", subject, {
            seconds,
            bytes: bytes as number,
            batch: batch as number,
            publishers: PUBLISHERS,
          }),
        );
        yield flatRow(subscribers, bytes as number, batch as number, results);
      }
      const rate = PACE[subscribers] ?? 10;
      const compared = running.filter(({ subject }) => subject.name === "ours" || subject.name === "socket.io");
      const turns = Math.max(repetitions, PACED_REPETITIONS);
      const paced = await alternate(subscribers === 1 ? running : compared, turns, 1, (subject) =>
        load.run("paced", subject, rate, Math.max(seconds, 50 / rate), 200),
      );
      yield pacedRow(subscribers, rate, paced);
    }
  } finally {
    await Promise.all(running.map((subject) => subject.stop()));
  }
}

/** Warms up the JIT compiler, since servers run for days: the first tens of thousands of requests are not measured. */
async function warmUp(load: Load, subject: RunningSubject["subject"]): Promise<void> {
  await load.run("resize", subject, 1);
  for (let round = 0, published = 0; round < WARM_UP_ROUNDS && published < WARM_UP_EVENTS; round++) {
    const seconds = 3;
    const metrics = await load.run("flat", subject, { seconds, bytes: 200, batch: 1, publishers: PUBLISHERS });
    published += metrics.publishedPerSecond * seconds;
  }
}

type Results<T> = Record<string, T[]>;

/** Measures the subjects alternately, so that other load on the machine affects all of them. */
async function alternate<T>(
  running: RunningSubject[],
  repetitions: number,
  batch: number,
  measure: (subject: RunningSubject["subject"]) => Promise<T>,
): Promise<Results<T>> {
  const results: Results<T> = {};
  for (let repetition = 0; repetition < repetitions; repetition++) {
    for (const { subject } of running) {
      if (batch > 1 && subject.publish.bare) continue; // accepts one event per request
      const measured = results[subject.name] ?? [];
      measured.push(await measure(subject));
      results[subject.name] = measured;
    }
  }
  return results;
}

/** Returns the median of the ratios of consecutive measurements, so that slow changes of the load cancel out. */
const ratio = <T>(results: Results<T>, yardstick: string, value: (one: T) => number, of = "ours"): number =>
  median((results[of] ?? []).map((one, index) => value(one) / value(results[yardstick]?.[index] as T)));

function flatRow(subscribers: number, bytes: number, batch: number, results: Results<FlatMetrics>): Row {
  const metrics: Record<string, number> = {};
  for (const [name, repetitions] of Object.entries(results)) {
    const { perSecond, cpuPerMillion, delivered } = medians(repetitions);
    metrics[`${name}/s`] = perSecond;
    metrics[`${name} CPU s/M`] = cpuPerMillion;
    if (delivered < 1) metrics[`${name} delivered`] = delivered;
  }
  const toBare = ratio(results, "socket.io", (one) => one.perSecond);
  const bounds: Record<string, Bound> = {};
  if (bytes === 200 && batch === 1) {
    if (subscribers === 1) bounds["to bare Socket.IO with a publish endpoint"] = { value: toBare, atLeast: 0.8 };
    else bounds["to bare Socket.IO"] = { value: toBare, atLeast: subscribers === 2_000 ? 2.5 : 4 };
    if (results.nchan && subscribers > 1 && subscribers < 2_000) {
      bounds["to nchan"] = { value: ratio(results, "nchan", (one) => one.perSecond), atLeast: 1 };
    }
    if (results.bun && (subscribers === 50 || subscribers === 500)) {
      bounds["to Bun"] = { value: ratio(results, "bun", (one) => one.perSecond), atLeast: 0.9 };
      // What Node's writes alone reach is the most that any server on Node can.
      metrics["node to bun"] = ratio(results, "bun", (one) => one.perSecond, "node");
    }
    if (subscribers > 1) metrics["ours to node"] = ratio(results, "node", (one) => one.perSecond);
    bounds["delivered of what was published"] = {
      value: Math.min(...(results.ours ?? []).map((one) => one.delivered)),
      atLeast: 1,
    };
  } else {
    metrics["ours to socket.io"] = toBare;
  }
  const how = batch === 1 ? "single" : `batches of ${batch}`;
  return { what: `fan-out ${bytes} B, ${subscribers} subscribers, ${how}`, metrics, bounds };
}

function pacedRow(subscribers: number, rate: number, results: Results<PacedMetrics>): Row {
  const metrics: Record<string, number> = {};
  for (const [name, repetitions] of Object.entries(results)) {
    const { p50, p99, cpuPerMillion } = medians(repetitions);
    metrics[`${name} p50 ms`] = p50;
    metrics[`${name} p99 ms`] = p99;
    metrics[`${name} CPU s/M`] = cpuPerMillion;
  }
  const p50 = ratio(results, "socket.io", (one) => one.p50);
  const p99 = ratio(results, "socket.io", (one) => one.p99);
  return {
    what: `latency, ${subscribers} subscribers, ${rate} events/s`,
    metrics,
    bounds:
      subscribers === 1
        ? {}
        : {
            "p50 to bare Socket.IO": { value: p50, atMost: 1.1 },
            "p99 to bare Socket.IO": { value: p99, atMost: 1.3 },
          },
  };
}
