import { type Accessor, createMemo } from "solid-js";
import type { HistoryRange } from "../../../../shared/protocol/stats-history.ts";
import { api } from "../../lib/api.ts";
import { type ChartRange, createPast, joinPast, spanOf } from "../../lib/history-range.ts";
import { serverNow } from "../../lib/server-time.ts";
import type { HostStats } from "./host-stats.ts";

const names = ["cpu", "cpuMax", "memory", "memoryMax", "swap", "rx", "tx"] as const;
const fetchPast = (range: HistoryRange) => api.system.history(range);

/** Series of the charts, each as long as `times` and oldest first; null where nothing was measured. */
export type HostHistory = { times: number[] } & Record<(typeof names)[number], (number | null)[]>;

/** Stored samples of the host for a range, continued by its live samples. */
export function createHostHistory(host: HostStats, range: Accessor<ChartRange>): Accessor<HostHistory> {
  const past = createPast(range, () => fetchPast);
  return createMemo(() => {
    const stored = past();
    // Swap is not stored: its line begins with the live samples.
    const named = stored && { ...stored, swap: [] };
    const { cpu, memory, times } = host.history();
    const live = { ...host.history(), cpuMax: cpu, memoryMax: memory };
    return joinPast(named, live, names, { span: spanOf[range()], now: times.at(-1) ?? serverNow() });
  });
}
