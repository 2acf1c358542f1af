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

/** Bytes a second over all interfaces that lead out of the host. */
export function trafficOf(stats: SystemStats): { rx: number; tx: number } {
  const outer = stats.network.filter((network) => network.name !== "lo" && network.name !== "lo0");
  return {
    rx: outer.reduce((sum, network) => sum + network.rxBytesPerSecond, 0),
    tx: outer.reduce((sum, network) => sum + network.txBytesPerSecond, 0),
  };
}

/** Adds a sample and keeps the newest `limit`. A sample that is not newer is the same one told again, and is left out. */
export function addSample(history: StatsHistory, stats: SystemStats, limit: number): StatsHistory {
  const time = Date.parse(stats.timestamp);
  if (time <= (history.times.at(-1) ?? Number.NEGATIVE_INFINITY)) return history;
  const traffic = trafficOf(stats);
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
