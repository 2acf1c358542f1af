import type { SystemInfo, SystemStats } from "../protocol/system.ts";

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
