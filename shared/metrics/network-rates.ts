import type { NetworkStats } from "../protocol/system.ts";
import type { ListedInterface } from "./interfaces.ts";

/** Converts counters to bytes per second since the previous call, by a monotonic clock. */
export function createNetworkRates(): (counters: readonly ListedInterface[]) => NetworkStats[] {
  let before = new Map<string, ListedInterface>();
  let beforeAt = performance.now();
  return (counters) => {
    const now = performance.now();
    const seconds = (now - beforeAt) / 1000;
    const rate = (current: number, last: number | undefined) =>
      last === undefined || seconds <= 0 ? 0 : Math.max(0, Math.round((current - last) / seconds)); // a counter can restart
    const stats = counters.map(({ name, rxBytes, txBytes, counted }) => ({
      name,
      counted,
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
