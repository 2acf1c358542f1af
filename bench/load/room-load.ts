import { setTimeout as delay } from "node:timers/promises";
import { cpuSeconds } from "../process-metrics.ts";
import { percentile } from "../statistics.ts";
import type { Subject } from "../subject.ts";
import { bodyOf, HttpPublisher } from "./http-publisher.ts";
import { WireClient } from "./wire-client.ts";

/** Handshakes at the same time. */
const OPENING_AT_ONCE = 50;
/** After this time without a delivery, missing events count as lost. */
const SILENCE_MS = 1_000;
const STAMP = Buffer.from('"t":');

export interface FlatOptions {
  seconds: number;
  /** Size of the event's text, in bytes. */
  bytes: number;
  /** Events per request. */
  batch: number;
  /** Keep-alive connections that publish, each with one pending request. */
  publishers: number;
}

export type FlatMetrics = {
  /** Deliveries and CPU time of the server in the measured window. */
  perSecond: number;
  publishedPerSecond: number;
  cpuPerMillion: number;
  /** Used share of the server's core. Below 1, the load generator or other programs were the limit. */
  cpuShare: number;
  /** Share of the published events that arrived, over the whole measurement. */
  delivered: number;
};

export type PacedMetrics = { p50: number; p99: number; cpuPerMillion: number };

const now = () => Number(process.hrtime.bigint());

/** The subscribers of one subject, and the publishers. */
export class RoomLoad {
  private readonly subject: Subject;
  private clients: WireClient[] = [];
  private received = 0;
  private latencies: number[] | undefined;

  constructor(subject: Subject) {
    this.subject = subject;
  }

  get size(): number {
    return this.clients.length;
  }

  /** Opens or closes subscribers until there are `count`. */
  async resize(count: number): Promise<void> {
    for (const client of this.clients.splice(count)) client.close();
    while (this.clients.length < count) {
      const opening = Array.from({ length: Math.min(OPENING_AT_ONCE, count - this.clients.length) }, () => {
        const onMessage = (data: Buffer, start: number, end: number) => this.count(data, start, end);
        return new WireClient({ subject: this.subject, onMessage });
      });
      this.clients.push(...opening);
      await Promise.all(opening.map((client) => client.ready));
    }
  }

  /** Publishes as fast as the responses arrive. */
  async flat({ seconds, bytes, batch, publishers }: FlatOptions): Promise<FlatMetrics> {
    const open = Array.from({ length: publishers }, () => new HttpPublisher(this.subject));
    const body = bodyOf(this.subject, { t: 0, pad: "x".repeat(bytes - 30) }, batch);
    const receivedBefore = this.received;
    let published = 0;
    let over = false;
    const running = open.map(async (publisher) => {
      const request = publisher.request(body);
      while (!over) {
        await publisher.post(request);
        published += batch;
      }
    });
    await delay(500);
    const window = { at: now(), received: this.received, published, cpu: cpuSeconds(this.subject.pid) };
    await Promise.race([delay(seconds * 1_000), Promise.all(running)]);
    const elapsed = (now() - window.at) / 1e9;
    const received = this.received - window.received;
    const cpu = cpuSeconds(this.subject.pid) - window.cpu;
    const publishedPerSecond = (published - window.published) / elapsed;
    over = true;
    await Promise.all(running);
    for (const publisher of open) publisher.close();
    await this.settled(published * this.size + receivedBefore);
    return {
      perSecond: received / elapsed,
      publishedPerSecond,
      cpuPerMillion: (cpu / received) * 1e6,
      cpuShare: cpu / elapsed,
      delivered: (this.received - receivedBefore) / (published * this.size),
    };
  }

  /** Publishes single events at a fixed rate; returns latencies in milliseconds, from publish to receipt. */
  async paced(rate: number, seconds: number, bytes: number): Promise<PacedMetrics> {
    const publisher = new HttpPublisher(this.subject);
    const pad = "x".repeat(bytes - 30);
    const publish = () => publisher.post(publisher.request(bodyOf(this.subject, { t: now(), pad })));
    for (let warm = 0; warm < 5; warm++) await publish();
    await this.settled(Number.POSITIVE_INFINITY, 200);
    const latencies: number[] = [];
    this.latencies = latencies;
    const receivedBefore = this.received;
    const cpuBefore = cpuSeconds(this.subject.pid);
    const begin = performance.now();
    const count = Math.round(rate * seconds);
    for (let index = 0; index < count; index++) {
      const wait = begin + (index * 1_000) / rate - performance.now();
      if (wait > 0) await delay(wait);
      await publish();
    }
    await this.settled(receivedBefore + count * this.size);
    const cpu = cpuSeconds(this.subject.pid) - cpuBefore;
    this.latencies = undefined;
    publisher.close();
    const sorted = latencies.map((nanoseconds) => nanoseconds / 1e6);
    return {
      p50: percentile(sorted, 0.5),
      p99: percentile(sorted, 0.99),
      cpuPerMillion: (cpu / (this.received - receivedBefore)) * 1e6,
    };
  }

  private count(data: Buffer, start: number, end: number): void {
    this.received++;
    if (!this.latencies) return;
    const at = now();
    const stamp = data.indexOf(STAMP, start);
    if (stamp === -1 || stamp >= end) return;
    let sent = 0;
    for (let index = stamp + STAMP.length; ; index++) {
      const digit = (data[index] as number) - 0x30;
      if (digit < 0 || digit > 9) break;
      sent = sent * 10 + digit;
    }
    this.latencies.push(at - sent);
  }

  private async settled(expected: number, silenceMs = SILENCE_MS): Promise<void> {
    let seen = this.received;
    let changedAt = performance.now();
    while (this.received < expected && performance.now() - changedAt < silenceMs) {
      await delay(20);
      if (this.received !== seen) changedAt = performance.now();
      seen = this.received;
    }
  }
}
