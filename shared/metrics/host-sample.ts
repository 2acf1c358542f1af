import type { SystemInfo, SystemStats } from "../protocol/system.ts";

/** What the host itself can tell; the counts of processes and containers come from their own daemons. */
export type HostSample = Omit<SystemStats, "pm2Processes" | "containers">;

/** One platform's reader. */
export interface PlatformMetrics {
  sample(): Promise<HostSample>;
  info(): Promise<Omit<SystemInfo, "hardware">>;
}
