import { Show } from "solid-js";
import { useSystemInfo } from "../../lib/queries.ts";
import { useSession } from "../../lib/session.ts";
import { Page } from "../../ui/Page.tsx";
import { GettingStartedCard } from "../getting-started/GettingStartedCard.tsx";
import { Dependencies } from "../system/Dependencies.tsx";
import { createHostStats } from "../system/host-stats.ts";
import "../system/system.css";
import { Attention } from "./Attention.tsx";
import { HostTiles } from "./HostTiles.tsx";
import { overviewMessages } from "./messages.ts";
import "./overview.css";
import { DeploymentsTile, FilesTile, McpTile, ServicesTile } from "./WorkloadTiles.tsx";

/** The state of the host and of each domain, and what needs attention. */
export function Overview(props: { onNavigate: (href: string) => void }) {
  const session = useSession();
  const system = useSystemInfo();
  const host = createHostStats();
  return (
    <Page title={overviewMessages.title} note={system.data?.info.hostname}>
      <div class="overview">
        <GettingStartedCard />
        <HostTiles host={host} onOpen={() => props.onNavigate("/system")} />
        <div class="tiles">
          <ServicesTile onNavigate={props.onNavigate} />
          <DeploymentsTile onNavigate={props.onNavigate} />
          <McpTile onNavigate={props.onNavigate} />
          <Show when={session.may("files:view")}>
            <FilesTile disks={host.latest()?.disks} onNavigate={props.onNavigate} />
          </Show>
        </div>
        <div class="overview-foot">
          <Attention
            disks={host.latest()?.disks ?? []}
            unknownDisks={host.latest()?.unknownDisks ?? []}
            onNavigate={props.onNavigate}
          />
          <Dependencies />
        </div>
      </div>
    </Page>
  );
}
