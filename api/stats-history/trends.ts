import type { UsageTrend, UsageTrends } from "../../shared/protocol/watch.ts";
import { TREND_SECONDS } from "../../shared/protocol/watch-limits.ts";
import { hostKey } from "./collector.ts";
import type { HistoryStore } from "./history-store.ts";
import { isProcessSeries, processOfSeries } from "./process-series.ts";

/** Shortest step, in seconds: 30 points are as many as a small line can show. */
const MIN_STEP = 30;

/**
 * Reads the usage of all containers and processes for small lines.
 *
 * @param interval Seconds between two samples.
 * @param now Seconds since the epoch.
 */
export function toTrends(store: Pick<HistoryStore, "readAll">, interval: number, now: number): UsageTrends {
  const step = Math.max(MIN_STEP, interval);
  // The step that has just begun may have no sample yet: the line would seem to end.
  const last = Math.floor(now / step) * step;
  const count = Math.floor(TREND_SECONDS / step) + 1;
  const from = last - (count - 1) * step;
  const trends = new Map<string, UsageTrend>();
  for (const { name, at, cpu, memory } of store.readAll(now - from, step, now)) {
    const index = Math.round((at - from) / step);
    if (index < 0 || index >= count) continue;
    const trend = trends.get(name) ?? { name, cpu: blank(count), memory: blank(count) };
    trends.set(name, trend);
    trend.cpu[index] = Math.round(cpu * 10) / 10;
    trend.memory[index] = Math.round(memory);
  }
  const all = [...trends.values()];
  return {
    from: new Date(from * 1_000).toISOString(),
    step,
    host: trends.get(hostKey.name) ?? null,
    containers: all.filter(({ name }) => name !== hostKey.name && !isProcessSeries(name)),
    processes: all
      .filter(({ name }) => isProcessSeries(name))
      .map((trend) => ({ ...trend, name: processOfSeries(trend.name) })),
  };
}

const blank = (count: number): (number | null)[] => new Array<number | null>(count).fill(null);
