import process from "node:process";
import type { SystemInfo, SystemStats } from "../protocol/system.ts";
import { createLinuxMetrics } from "./metrics-linux.ts";
import { createPortableMetrics } from "./metrics-portable.ts";

/** What the host itself can tell; the counts of processes and containers come from their own daemons. */
export type HostSample = Omit<SystemStats, "pm2Processes" | "containers">;

/**
 * Host figures: procfs on Linux (no child process a sample), systeminformation on macOS.
 * `sample` remembers the counters of its last call, so one reader serves all; rates are between two calls.
 */
export interface HostMetrics {
  sample(): Promise<HostSample>;
  info(): Promise<SystemInfo>;
}

/** A sample younger than this is given again, so that many askers cost no more than one. */
const SAMPLE_AGE_MS = 500;

export function createHostMetrics(): HostMetrics {
  const metrics = process.platform === "linux" ? createLinuxMetrics() : createPortableMetrics();
  let latest: Promise<HostSample> | undefined;
  let takenAt = 0;
  let info: Promise<SystemInfo> | undefined;
  return {
    sample() {
      if (latest && performance.now() - takenAt < SAMPLE_AGE_MS) return latest;
      takenAt = performance.now();
      latest = metrics.sample();
      latest.catch(() => {
        latest = undefined;
      });
      return latest;
    },
    info() {
      info ??= metrics.info();
      info.catch(() => {
        info = undefined;
      });
      return info;
    },
  };
}
