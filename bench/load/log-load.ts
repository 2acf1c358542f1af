import { setTimeout as delay } from "node:timers/promises";
import { cpuSeconds, residentBytes } from "../process-metrics.ts";
import { percentile } from "../statistics.ts";
import type { Subject } from "../subject.ts";
import { type LineFormat, writeFlat, writePaced } from "./line-writer.ts";
import { LogViewer } from "./log-viewer.ts";

/** A container that copies a pipe to its output. */
export interface Feed {
  container: string;
  pipe: string;
}

const FORMAT = { bytes: 120 };
const WIDE = { bytes: 1_000 };
const SILENCE_MS = 3_000;

export type LogMetrics = {
  linesPerSecond: number;
  /** Share of the lines that were delivered, and share that was delivered or announced as a gap. */
  delivered: number;
  accounted: number;
  repeated: number;
  p50: number;
  p99: number;
  cpuPerMillion: number;
  linesPerMessage: number;
};

export type StoppedReaderMetrics = {
  /** Maximum memory while all viewers read, and the increase while one did not. */
  workingMb: number;
  growthMb: number;
  gaps: number;
  stoppedLost: number;
  stoppedRepeated: number;
  /** Share of the lines written after its return that the stopped reader got. */
  returned: number;
  othersDelivered: number;
  othersGaps: number;
};

const settled = async (viewers: LogViewer[], next: number) => {
  let seen = -1;
  for (;;) {
    const lines = viewers.reduce((sum, viewer) => sum + viewer.lines, 0);
    if (lines === seen || viewers.every((viewer) => viewer.next >= next)) return;
    seen = lines;
    await delay(SILENCE_MS);
  }
};

/** Viewers of one container, and its lines. `rate` 0: as fast as possible. */
export class LogLoad {
  private number = 0;

  async measure(
    subject: Subject,
    feed: Feed,
    { viewers: count, rate, seconds }: { viewers: number; rate: number; seconds: number },
  ): Promise<LogMetrics> {
    const viewers = Array.from({ length: count }, () => new LogViewer(subject, feed.container, FORMAT, this.number));
    await Promise.all(viewers.map((viewer) => viewer.client.ready));
    await this.catchUp(feed, viewers, FORMAT);
    const before = viewers.map((viewer) => ({ lines: viewer.lines, messages: viewer.messages }));
    for (const viewer of viewers) viewer.latencies = [];
    const cpuBefore = cpuSeconds(subject.pid);
    const from = this.number;
    const begin = performance.now();
    this.number =
      rate === 0
        ? await writeFlat(feed.pipe, FORMAT, from, { seconds })
        : await writePaced(feed.pipe, FORMAT, from, rate, seconds);
    await settled(viewers, this.number);
    const cpu = cpuSeconds(subject.pid) - cpuBefore;
    const written = (this.number - from) * count;
    const lines = viewers.reduce((sum, viewer, index) => sum + viewer.lines - (before[index]?.lines ?? 0), 0);
    const messages = viewers.reduce((sum, viewer, index) => sum + viewer.messages - (before[index]?.messages ?? 0), 0);
    const announced = viewers.reduce((sum, viewer) => sum + viewer.announced, 0);
    const latencies = viewers.flatMap((viewer) => viewer.latencies ?? []);
    for (const viewer of viewers) viewer.client.close();
    return {
      linesPerSecond: lines / ((performance.now() - begin) / 1_000),
      delivered: lines / written,
      accounted: (lines + announced) / written,
      repeated: viewers.reduce((sum, viewer) => sum + viewer.repeated, 0),
      p50: percentile(latencies, 0.5),
      p99: percentile(latencies, 0.99),
      cpuPerMillion: (cpu / lines) * 1e6,
      linesPerMessage: lines / messages,
    };
  }

  /** Viewers that each follow all the containers, which write at once. Returns the lines that the viewers received. */
  async followAll(
    subject: Subject,
    feeds: Feed[],
    { viewers: count, rate, seconds }: { viewers: number; rate: number; seconds: number },
  ): Promise<number> {
    const viewers = feeds.flatMap((feed) =>
      Array.from({ length: count }, () => new LogViewer(subject, feed.container, FORMAT, 0)),
    );
    await Promise.all(viewers.map((viewer) => viewer.client.ready));
    await Promise.all(feeds.map((feed) => writePaced(feed.pipe, FORMAT, 0, rate, seconds)));
    await settled(viewers, rate * seconds);
    for (const viewer of viewers) viewer.client.close();
    return viewers.reduce((sum, viewer) => sum + viewer.lines, 0);
  }

  /** Three readers, one of which stops reading while `megabytes` are sent, then continues. */
  async stoppedReader(subject: Subject, feed: Feed, megabytes: number): Promise<StoppedReaderMetrics> {
    const viewers = Array.from({ length: 3 }, () => new LogViewer(subject, feed.container, WIDE, this.number));
    const [stopped, ...others] = viewers as [LogViewer, LogViewer, LogViewer];
    await Promise.all(viewers.map((viewer) => viewer.client.ready));
    const write = async (lines: number) => {
      this.number = await writeFlat(feed.pipe, WIDE, this.number, { lines });
      await settled(others, this.number);
    };
    await this.catchUp(feed, viewers, WIDE);
    let highest = 0;
    const watch = setInterval(() => {
      highest = Math.max(highest, residentBytes(subject.pid));
    }, 20);
    // First the same traffic with all reading, whose memory is not a cost of the stopped reader.
    await write(megabytes * 1_000);
    await settled(viewers, this.number);
    const working = highest;
    const from = this.number;
    const gapsBefore = others.reduce((sum, viewer) => sum + viewer.gaps, 0);
    const linesBefore = others.reduce((sum, viewer) => sum + viewer.lines, 0);
    stopped.client.pause();
    await write(megabytes * 1_000);
    const othersLines = others.reduce((sum, viewer) => sum + viewer.lines, 0) - linesBefore;
    const othersGaps = others.reduce((sum, viewer) => sum + viewer.gaps, 0) - gapsBefore;
    const othersWritten = (this.number - from) * others.length;
    clearInterval(watch);
    stopped.client.resume();
    await settled([stopped], this.number);
    const linesAtReturn = stopped.lines;
    const writtenAtReturn = this.number;
    await write(1_000);
    await settled([stopped], this.number);
    for (const viewer of viewers) viewer.client.close();
    return {
      workingMb: working / 1e6,
      growthMb: (highest - working) / 1e6,
      gaps: stopped.gaps,
      stoppedLost: stopped.lost,
      stoppedRepeated: stopped.repeated,
      returned: (stopped.lines - linesAtReturn) / (this.number - writtenAtReturn),
      othersDelivered: othersLines / othersWritten,
      othersGaps,
    };
  }

  /** Writes lines until every viewer has received some, so that all of them follow. */
  private async catchUp(feed: Feed, viewers: LogViewer[], format: LineFormat): Promise<void> {
    while (viewers.some((viewer) => viewer.lines === 0)) {
      this.number = await writePaced(feed.pipe, format, this.number, 100, 0.2);
      await delay(100);
    }
    await settled(viewers, this.number);
    for (const viewer of viewers) {
      viewer.lost = 0; // written before it joined
      viewer.next = this.number;
    }
  }
}
