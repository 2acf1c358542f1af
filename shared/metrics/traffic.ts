import type { NetworkStats } from "../protocol/system.ts";

/** Sums the bytes per second into and out of the host; counts each byte once. Safe for browsers. */
export function sumTraffic(network: readonly NetworkStats[]): { rx: number; tx: number } {
  const counted = network.filter((one) => one.counted);
  return {
    rx: counted.reduce((sum, one) => sum + one.rxBytesPerSecond, 0),
    tx: counted.reduce((sum, one) => sum + one.txBytesPerSecond, 0),
  };
}
