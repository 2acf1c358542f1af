import { setTimeout as delay } from "node:timers/promises";
import { cpuSeconds, residentBytes } from "../process-metrics.ts";
import type { Subject } from "../subject.ts";
import { WireClient } from "./wire-client.ts";

const OPENING_AT_ONCE = 20;
const WARM_UP = 300;

export type CrowdMetrics = {
  connectsPerSecond: number;
  connectCpuMs: number;
  /** Growth of the server's memory per socket, in kB (1,000 bytes). */
  kilobytes: number;
  /** CPU time of an idle socket, in microseconds per second: heartbeats. */
  idleCpuUs: number;
};

async function open(subject: Subject, count: number): Promise<WireClient[]> {
  const clients: WireClient[] = [];
  while (clients.length < count) {
    const batch = Array.from(
      { length: Math.min(OPENING_AT_ONCE, count - clients.length) },
      () => new WireClient({ subject, first: "", onMessage: () => {} }),
    );
    await Promise.all(batch.map((client) => client.ready));
    clients.push(...batch);
  }
  return clients;
}

/** Opens idle sockets and measures their cost. */
export async function crowd(subject: Subject, count: number, idleSeconds: number): Promise<CrowdMetrics> {
  const warm = await open(subject, WARM_UP);
  for (const client of warm) client.close();
  await delay(2_000);
  const before = { at: performance.now(), cpu: cpuSeconds(subject.pid), bytes: residentBytes(subject.pid) };
  const clients = await open(subject, count);
  const elapsed = (performance.now() - before.at) / 1_000;
  const connectCpu = cpuSeconds(subject.pid) - before.cpu;
  await delay(1_000);
  const idleBefore = cpuSeconds(subject.pid);
  await delay(idleSeconds * 1_000);
  const idleCpu = cpuSeconds(subject.pid) - idleBefore;
  const kilobytes = (residentBytes(subject.pid) - before.bytes) / count / 1_000;
  for (const client of clients) client.close();
  return {
    connectsPerSecond: count / elapsed,
    connectCpuMs: (connectCpu / count) * 1_000,
    kilobytes,
    idleCpuUs: (idleCpu / count / idleSeconds) * 1e6,
  };
}
