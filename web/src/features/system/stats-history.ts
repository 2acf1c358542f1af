import { sumTraffic } from "../../../../shared/metrics/traffic.ts";
import type { SystemStats } from "../../../../shared/protocol/system.ts";

/** Samples of the host, oldest first, with the series that charts draw. */
export interface StatsHistory {
  times: number[];
  cpu: number[];
  memory: number[];
  swap: number[];
  rx: number[];
  tx: number[];
  perCore: number[][];
}

export const emptyHistory: StatsHistory = { times: [], cpu: [], memory: [], swap: [], rx: [], tx: [], perCore: [] };

/** Adds a sample and keeps the newest `limit`. A sample that is not newer was sent twice and is ignored. */
export function addSample(history: StatsHistory, stats: SystemStats, limit: number): StatsHistory {
  const time = Date.parse(stats.timestamp);
  if (time <= (history.times.at(-1) ?? Number.NEGATIVE_INFINITY)) return history;
  const traffic = sumTraffic(stats.network);
  const push = <T>(values: T[], value: T) => [...values.slice(Math.max(0, values.length + 1 - limit)), value];
  return {
    times: push(history.times, time),
    cpu: push(history.cpu, stats.cpu.usage),
    memory: push(history.memory, stats.memory.used),
    swap: push(history.swap, stats.swap.used),
    rx: push(history.rx, traffic.rx),
    tx: push(history.tx, traffic.tx),
    perCore: push(history.perCore, stats.cpu.perCore),
  };
}
