import { Match, Show, Switch } from "solid-js";
import { formatDuration } from "../../lib/format.ts";
import { ErrorState, Skeleton } from "../../ui/Notice.tsx";
import { Page } from "../../ui/Page.tsx";
import { CoresCard } from "./CoresCard.tsx";
import { Dependencies } from "./Dependencies.tsx";
import { DisksCard } from "./DisksCard.tsx";
import { HostFacts } from "./HostFacts.tsx";
import { createHostStats } from "./host-stats.ts";
import { CpuCard, MemoryCard, NetworkCard } from "./LoadCards.tsx";
import { NetworkTable } from "./NetworkTable.tsx";
import "./system.css";

/** The host, live. */
export default function SystemPage() {
  const host = createHostStats();
  return (
    <Page title="System" note={<Show when={host.latest()}>{(stats) => <>up {formatDuration(stats().uptime)}</>}</Show>}>
      <Switch fallback={<Skeleton lines={10} label="Waiting for the first sample" />}>
        <Match when={host.latest()}>
          {(stats) => (
            <div class="system">
              <CpuCard stats={stats()} history={host.history()} />
              <div class="system-column">
                <MemoryCard stats={stats()} history={host.history()} />
                <CoresCard stats={stats()} history={host.history()} />
                <HostFacts stats={stats()} />
              </div>
              <div class="system-column">
                <NetworkCard stats={stats()} history={host.history()} />
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
