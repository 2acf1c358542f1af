import type { DependencyName, DependencyState, SystemInfo, SystemStats } from "../../../../shared/protocol/system.ts";
import { request } from "./request.ts";

export const system = {
  info: () =>
    request<{ info: SystemInfo; dependencies: Partial<Record<DependencyName, DependencyState>> }>("GET", "/system"),
  stats: async () => (await request<{ stats: SystemStats }>("GET", "/system/stats")).stats,
};
