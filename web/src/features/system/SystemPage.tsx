import { createMemo, createSignal, Match, Show, Switch } from "solid-js";
import type { HistoryRange } from "../../../../shared/protocol/stats-history.ts";
import { api } from "../../lib/api.ts";
import { formatDuration } from "../../lib/format.ts";
import { ErrorState, Skeleton } from "../../ui/Notice.tsx";
import { Page } from "../../ui/Page.tsx";
import { Segmented } from "../../ui/Tabs.tsx";
import { type ChartRange, chartRanges, createPast, hasPeaks, joinPast, spanOf } from "../history/history-range.ts";
import { CoresCard } from "./CoresCard.tsx";
import { Dependencies } from "./Dependencies.tsx";
import { DisksCard } from "./DisksCard.tsx";
import { HostFacts } from "./HostFacts.tsx";
import { createHostStats } from "./host-stats.ts";
import { CpuCard, MemoryCard, NetworkCard } from "./LoadCards.tsx";
import { NetworkTable } from "./NetworkTable.tsx";
import "./system.css";

const names = ["cpu", "cpuMax", "memory", "memoryMax", "swap", "rx", "tx"] as const;
const fetchPast = (range: HistoryRange) => api.system.history(range);

/** The host: what it did, and what it does now. */
export default function SystemPage() {
  const host = createHostStats();
  const [range, setRange] = createSignal<ChartRange>("5m");
  const past = createPast(range, () => fetchPast);
  const span = () => spanOf[range()];
  const history = createMemo(() => {
    const kept = past();
    // Swap is not kept: its line begins with the live samples.
    const named = kept && { ...kept, swap: [] };
    const { cpu, memory } = host.history();
    return joinPast(named, { ...host.history(), cpuMax: cpu, memoryMax: memory }, names, {
      span: span(),
      now: host.history().times.at(-1) ?? Date.now(),
    });
  });
  return (
    <Page
      title="System"
      actions={<Segmented label="Time shown" options={chartRanges} value={range()} onChange={setRange} />}
      note={<Show when={host.latest()}>{(stats) => <>up {formatDuration(stats().uptime)}</>}</Show>}
    >
      <Switch fallback={<Skeleton lines={10} label="Waiting for the first sample" />}>
        <Match when={host.latest()}>
          {(stats) => (
            <div class="system">
              <CpuCard stats={stats()} history={history()} span={span()} peaks={hasPeaks(range())} />
              <div class="system-column">
                <MemoryCard stats={stats()} history={history()} span={span()} peaks={hasPeaks(range())} />
                <CoresCard stats={stats()} history={host.history()} />
                <HostFacts stats={stats()} />
              </div>
              <div class="system-column">
                <NetworkCard stats={stats()} history={history()} span={span()} />
                <DisksCard disks={stats().disks} />
                <NetworkTable network={stats().network} />
                <Dependencies />
              </div>
            </div>
          )}
        </Match>
        <Match when={host.problem()}>
          {(problem) => <ErrorState title="There are no live samples" error={new Error(problem().message)} />}
        </Match>
      </Switch>
    </Page>
  );
}
