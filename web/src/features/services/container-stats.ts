import { type Accessor, createEffect, createSignal, on, onCleanup } from "solid-js";
import type { ServiceStats } from "../../../../shared/protocol/events/services.ts";

export interface StatsSample {
  /** Milliseconds since the epoch. */
  time: number;
  cpuPercent: number;
  memoryBytes: number;
  memoryLimitBytes: number;
  pids: number;
  /** Bytes per second since the previous sample; null for the first one and after a restart. */
  rx: number | null;
  tx: number | null;
  read: number | null;
  write: number | null;
}

/** Totals only grow while a container runs: a smaller one belongs to a new run, and has no rate. */
function rate(now: number, before: number | undefined, seconds: number): number | null {
  if (before === undefined || now < before || seconds <= 0) return null;
  return (now - before) / seconds;
}

export function toSample(stats: ServiceStats, before: ServiceStats | undefined): StatsSample {
  const time = Date.parse(stats.timestamp);
  const seconds = before ? (time - Date.parse(before.timestamp)) / 1000 : 0;
  return {
    time,
    cpuPercent: stats.cpuPercent,
    memoryBytes: stats.memoryBytes,
    memoryLimitBytes: stats.memoryLimitBytes,
    pids: stats.pids,
    rx: rate(stats.networkRxBytes, before?.networkRxBytes, seconds),
    tx: rate(stats.networkTxBytes, before?.networkTxBytes, seconds),
    read: rate(stats.blockReadBytes, before?.blockReadBytes, seconds),
    write: rate(stats.blockWriteBytes, before?.blockWriteBytes, seconds),
  };
}

export type SubscribeStats = (onStats: (stats: ServiceStats) => void) => () => void;

/** The newest `limit` samples of `source`; cleared when it changes. */
export function createContainerStats(source: Accessor<SubscribeStats | undefined>, limit: number) {
  const [samples, setSamples] = createSignal<readonly StatsSample[]>([]);
  createEffect(
    on(source, (subscribe) => {
      setSamples([]);
      if (!subscribe) return;
      let before: ServiceStats | undefined;
      onCleanup(
        subscribe((stats) => {
          const sample = toSample(stats, before);
          // A sample that is sent twice, as the last one is to a second viewer, would draw a false step.
          if (Number.isNaN(sample.time) || stats.timestamp === before?.timestamp) return;
          before = stats;
          setSamples((old) => [...old.slice(1 - limit), sample]);
        }),
      );
    }),
  );
  return samples;
}
