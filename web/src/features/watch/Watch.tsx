import { Show } from "solid-js";
import { useSystemInfo } from "../../lib/queries.ts";
import { useSession } from "../../lib/session.ts";
import { listKeys } from "../../ui/list-keys.ts";
import { Page } from "../../ui/Page.tsx";
import { GettingStartedCard } from "../getting-started/GettingStartedCard.tsx";
import { createHostStats } from "../system/host-stats.ts";
import { AttentionCard } from "./attention/AttentionCard.tsx";
import { EventList } from "./EventList.tsx";
import { HostStrip } from "./HostStrip.tsx";
import { watchMessages } from "./messages.ts";
import { WorkloadList } from "./WorkloadList.tsx";
import { useWatch } from "./watch-query.ts";
import "./watch.css";

/** What needs attention and why, everything that runs, the host, and what happened lately. */
export function Watch(props: { onNavigate: (href: string) => void }) {
  const session = useSession();
  const system = useSystemInfo();
  const watch = useWatch();
  const host = session.may("system:view") ? createHostStats() : undefined;
  return (
    <Page title={watchMessages.title} note={system.data?.info.hostname}>
      <div class="watch-page">
        <GettingStartedCard />
        {/* One list for the keyboard: from what needs attention on to everything that runs. */}
        <div ref={(list) => listKeys(list)} class="watch">
          <Show when={host}>{(stats) => <HostStrip host={stats()} trends={watch.data?.trends} />}</Show>
          <AttentionCard host={host} watch={watch} onNavigate={props.onNavigate} />
          <WorkloadList watch={watch.data} />
          <EventList events={watch.data?.events} isFailed={watch.isError} />
        </div>
      </div>
    </Page>
  );
}
