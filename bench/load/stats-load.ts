import { setTimeout as delay } from "node:timers/promises";
import { childFaults, cpuSeconds } from "../process-metrics.ts";
import type { Subject } from "../subject.ts";
import { WireClient } from "./wire-client.ts";

export type StatsMetrics = {
  samplesPerViewer: number;
  /** Page faults of child processes; 0: there were no child processes. */
  childFaults: number;
  /** Share of one core. */
  cpuShare: number;
};

/** Viewers of the host's metrics at one sample per second. */
export async function stats(subject: Subject, viewers: number, seconds: number): Promise<StatsMetrics> {
  let samples = 0;
  const clients = Array.from({ length: viewers }, () => {
    const onMessage = (data: Buffer, start: number) => {
      if (data.indexOf('["stats"', start) !== -1) samples++;
    };
    const first = '0["subscribe:stats",{"interval":1000}]';
    return new WireClient({ subject, namespace: "/system", first, onMessage });
  });
  await Promise.all(clients.map((client) => client.ready));
  await delay(2_000);
  samples = 0;
  const faults = childFaults(subject.pid);
  const cpu = cpuSeconds(subject.pid);
  await delay(seconds * 1_000);
  const metrics = {
    samplesPerViewer: samples / viewers,
    childFaults: childFaults(subject.pid) - faults,
    cpuShare: (cpuSeconds(subject.pid) - cpu) / seconds,
  };
  for (const client of clients) client.close();
  return metrics;
}
