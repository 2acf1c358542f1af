import { setTimeout as delay } from "node:timers/promises";
import { cpuSeconds } from "../process-metrics.ts";
import type { Subject } from "../subject.ts";
import { WireClient } from "./wire-client.ts";

const OPENING_AT_ONCE = 20;
/** Time for a server to forget closed connections. */
const CLOSE_MS = 1_000;

export type ConnectMetrics = {
  connectsPerSecond: number;
  connectCpuMs: number;
};

/** Idle sockets of the subjects. */
export class Crowd {
  private readonly clients = new Map<string, WireClient[]>();
  private sessions = 0;

  /**
   * Opens sockets, and measures what that costs.
   * @param sessions whether all sockets have the session of the subject, or each its own
   */
  async open(subject: Subject, count: number, sessions: "one" | "each"): Promise<ConnectMetrics> {
    const before = { at: performance.now(), cpu: cpuSeconds(subject.pid) };
    const clients: WireClient[] = [];
    while (clients.length < count) {
      const batch = Array.from({ length: Math.min(OPENING_AT_ONCE, count - clients.length) }, () => {
        const as = sessions === "one" ? subject : this.withOwnSession(subject);
        return new WireClient({ subject: as, first: "", onMessage: () => {} });
      });
      await Promise.all(batch.map((client) => client.ready));
      clients.push(...batch);
    }
    const cpu = cpuSeconds(subject.pid) - before.cpu;
    const seconds = (performance.now() - before.at) / 1_000;
    this.clients.set(subject.name, [...(this.clients.get(subject.name) ?? []), ...clients]);
    return { connectsPerSecond: count / seconds, connectCpuMs: (cpu / count) * 1_000 };
  }

  async close(subject: Subject): Promise<void> {
    for (const client of this.clients.get(subject.name) ?? []) client.close();
    this.clients.delete(subject.name);
    await delay(CLOSE_MS);
  }

  private withOwnSession(subject: Subject): Subject {
    const { Cookie, ...headers } = subject.headers ?? {};
    if (Cookie === undefined) return subject;
    return { ...subject, headers: { ...headers, Cookie: `${Cookie}-${++this.sessions}` } };
  }
}
