import type { NetworkStats } from "../protocol/system.ts";
import type { InterfaceCounters } from "./procfs.ts";

/** Turns counters into bytes a second since the call before, by a clock that no step of the wall clock moves. */
export function createNetworkRates(): (counters: readonly InterfaceCounters[]) => NetworkStats[] {
  let before = new Map<string, InterfaceCounters>();
  let beforeAt = performance.now();
  return (counters) => {
    const now = performance.now();
    const seconds = (now - beforeAt) / 1000;
    const rate = (current: number, last: number | undefined) =>
      last === undefined || seconds <= 0 ? 0 : Math.max(0, Math.round((current - last) / seconds)); // a counter may restart
    const stats = counters.map(({ name, rxBytes, txBytes }) => ({
      name,
      rxBytes,
      txBytes,
      rxBytesPerSecond: rate(rxBytes, before.get(name)?.rxBytes),
      txBytesPerSecond: rate(txBytes, before.get(name)?.txBytes),
    }));
    before = new Map(counters.map((counter) => [counter.name, counter]));
    beforeAt = now;
    return stats;
  };
}
