import { Match, Show, Switch } from "solid-js";
import { formatDuration } from "../../lib/format.ts";
import { createChartPeriod, extentOf, hasPeaks } from "../../lib/history-range.ts";
import { useNow } from "../../lib/now.ts";
import { createTimeView, TimeViewProvider } from "../../lib/time-view.ts";
import { createAddressRange } from "../../resource/address-range.ts";
import { RangeSwitch } from "../../resource/RangeSwitch.tsx";
import { ErrorState } from "../../ui/ErrorState.tsx";
import { Skeleton } from "../../ui/Notice.tsx";
import { Page } from "../../ui/Page.tsx";
import { EventList } from "../events/EventList.tsx";
import { createTimeMarks } from "../events/time-marks.ts";
import { createLogMarks } from "../logs/search/log-marks.ts";
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
  const { range, setRange } = createAddressRange();
  const found = createTimeMarks(range, () => ({ containers: [] }));
  const time = createTimeView({ range, setRange, found });
  const now = useNow();
  const period = createChartPeriod(range, now);
  createLogMarks(time, () => [], period);
  const history = createHostHistory(host, () => period().range);
  const peaks = () => hasPeaks(period().range);
  return (
    <TimeViewProvider value={time}>
      <Page
        title={texts.title}
        actions={<RangeSwitch view={time} />}
        note={<Show when={host.latest()}>{(stats) => <>{texts.up(formatDuration(stats().uptime))}</>}</Show>}
      >
        <Switch fallback={<Skeleton lines={10} label={texts.waiting} />}>
          <Match when={host.latest()}>
            {(stats) => (
              <div class="system">
                <CpuCard stats={stats()} history={history()} period={period()} peaks={peaks()} />
                <div class="system-column">
                  <MemoryCard stats={stats()} history={history()} period={period()} peaks={peaks()} />
                  <CoresCard stats={stats()} history={host.history()} />
                  <HostFacts stats={stats()} />
                </div>
                <div class="system-column">
                  <NetworkCard stats={stats()} history={history()} period={period()} />
                  <DisksCard disks={stats().disks} unknown={stats().unknownDisks ?? []} />
                  <NetworkTable network={stats().network} />
                  <Dependencies />
                  <EventList from={extentOf(period(), now())[0]} to={extentOf(period(), now())[1]} />
                </div>
              </div>
            )}
          </Match>
          <Match when={host.problem()}>
            {(problem) => <ErrorState title={texts.noSamples} error={new Error(problem().message)} />}
          </Match>
        </Switch>
      </Page>
    </TimeViewProvider>
  );
}
