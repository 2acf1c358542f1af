import { performance } from "node:perf_hooks";

const SAMPLE_MS = 20;
/** Share of the time the event loop was at work from which it counts as saturated. */
const SATURATED = 0.9;

/** Tells whether the event loop has lately had no rest: then what is gathered costs no latency, since everything queues. */
export function createPressureGauge(): () => boolean {
  let last = performance.eventLoopUtilization();
  let sampledAt = performance.now();
  let saturated = false;
  return () => {
    const now = performance.now();
    if (now - sampledAt < SAMPLE_MS) return saturated;
    const current = performance.eventLoopUtilization();
    saturated = performance.eventLoopUtilization(current, last).utilization > SATURATED;
    last = current;
    sampledAt = now;
    return saturated;
  };
}
