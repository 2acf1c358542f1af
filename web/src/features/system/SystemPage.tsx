import { createSignal, Match, Show, Switch } from "solid-js";
import { formatDuration } from "../../lib/format.ts";
import { type ChartRange, chartRanges, hasPeaks, spanOf } from "../../lib/history-range.ts";
import { ErrorState, Skeleton } from "../../ui/Notice.tsx";
import { Page } from "../../ui/Page.tsx";
import { Segmented } from "../../ui/Tabs.tsx";
import { CoresCard } from "./CoresCard.tsx";
import { Dependencies } from "./Dependencies.tsx";
import { DisksCard } from "./DisksCard.tsx";
import { HostFacts } from "./HostFacts.tsx";
import { createHostHistory } from "./host-history.ts";
import { createHostStats } from "./host-stats.ts";
import { CpuCard, MemoryCard, NetworkCard } from "./LoadCards.tsx";
import { systemMessages as texts } from "./messages.ts";
import { NetworkTable } from "./NetworkTable.tsx";
import "./system.css";

/** Load and hardware of the host, now and over time. */
export default function SystemPage() {
  const host = createHostStats();
  const [range, setRange] = createSignal<ChartRange>("5m");
  const span = () => spanOf[range()];
  const history = createHostHistory(host, range);
  return (
    <Page
      title={texts.title}
      actions={<Segmented label={texts.range} options={chartRanges} value={range()} onChange={setRange} />}
      note={<Show when={host.latest()}>{(stats) => <>{texts.up(formatDuration(stats().uptime))}</>}</Show>}
    >
      <Switch fallback={<Skeleton lines={10} label={texts.waiting} />}>
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
                <DisksCard disks={stats().disks} unknown={stats().unknownDisks ?? []} />
                <NetworkTable network={stats().network} />
                <Dependencies />
              </div>
            </div>
          )}
        </Match>
        <Match when={host.problem()}>
          {(problem) => <ErrorState title={texts.noSamples} error={new Error(problem().message)} />}
        </Match>
      </Switch>
    </Page>
  );
}
