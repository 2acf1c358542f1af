import type { SystemInfo, SystemStats } from "../protocol/system.ts";

/** Host metrics without the counts of processes and containers, which come from their daemons. */
export type HostSample = Omit<SystemStats, "pm2Processes" | "containers">;

/** The metrics reader of one platform. */
export interface PlatformMetrics {
  sample(): Promise<HostSample>;
  info(): Promise<Omit<SystemInfo, "hardware">>;
}
