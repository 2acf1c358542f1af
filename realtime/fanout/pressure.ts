import { performance } from "node:perf_hooks";

const SAMPLE_MS = 20;
/** Share of busy time from which the event loop counts as saturated. */
const SATURATED = 0.9;

/** Creates a check whether the event loop is saturated. Batching then costs no latency, since everything queues anyway. */
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
