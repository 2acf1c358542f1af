import Blocks from "lucide-solid/icons/blocks";
import Container from "lucide-solid/icons/container";
import FolderTree from "lucide-solid/icons/folder-tree";
import Rocket from "lucide-solid/icons/rocket";
import { type Component, For, Match, Show, Switch } from "solid-js";
import {
  countContainers,
  countDeployments,
  countServers,
  isProcessFault,
  type RunningCount,
} from "../../../../shared/health/running.ts";
import type { DependencyState, DiskStats } from "../../../../shared/protocol/system.ts";
import { toMessage } from "../../lib/api.ts";
import { formatBytes } from "../../lib/format.ts";
import { useNow } from "../../lib/now.ts";
import { useDeployments, useMcpServers, useServices } from "../../lib/queries.ts";
import { type Session, useSession } from "../../lib/session.ts";
import { StatusDot, type Tone } from "../../ui/Badge.tsx";
import { Meter } from "../../ui/Meter.tsx";
import { deploymentName } from "../deployments/deployment-list.ts";
import { statusDisplay, statusText } from "../services/service-state.ts";
import { tileMessages as texts } from "./messages.ts";
import { rootDisk } from "./root-disk.ts";

interface TileItem {
  name: string;
  tone: Tone;
  note: string;
  href: string;
}

interface WorkloadTileProps {
  title: string;
  icon: Component<{ size?: number }>;
  href: string;
  onNavigate: (href: string) => void;
  items: TileItem[] | undefined;
  error: unknown;
  /** The daemon that runs the items; its hint replaces the list while it is not up. */
  dependency: DependencyState | undefined;
  empty: string;
  /** Undefined until the list is loaded. */
  count: RunningCount | undefined;
}

/** Items that a tile lists; the others are counted. */
const MAX_SHOWN = 5;
/** Failing items first, then running ones. */
const rank: Record<Tone, number> = { bad: 0, warn: 1, info: 2, accent: 2, ok: 3, neutral: 4 };

function WorkloadTile(props: WorkloadTileProps) {
  const sorted = () => [...(props.items ?? [])].sort((a, b) => rank[a.tone] - rank[b.tone]);
  return (
    <section class="card tile">
      <button type="button" class="tile-head" onClick={() => props.onNavigate(props.href)}>
        <props.icon size={16} />
        <h2 class="grow">{props.title}</h2>
        <Show when={(props.dependency?.state ?? "up") === "up" && props.count}>
          {(count) => (
            <span class="tile-count num">
              <b>{count().running}</b> {texts.running(count().total)}
            </span>
          )}
        </Show>
      </button>
      <Switch>
        <Match when={props.error}>
          <p class="tile-note">{toMessage(props.error)}</p>
        </Match>
        <Match when={props.dependency && props.dependency.state !== "up"}>
          <p class="tile-note">{props.dependency?.hint ?? texts.unavailable}</p>
        </Match>
        <Match when={props.items?.length === 0}>
          <p class="tile-note">{props.empty}</p>
        </Match>
        <Match when={props.items}>
          <ul class="tile-list">
            <For each={sorted().slice(0, MAX_SHOWN)}>
              {(item) => (
                <li>
                  <button type="button" class="tile-item" onClick={() => props.onNavigate(item.href)}>
                    <StatusDot tone={item.tone} />
                    <span class="grow truncate">{item.name}</span>
                    <span class="faint truncate tile-text">{item.note}</span>
                  </button>
                </li>
              )}
            </For>
            <Show when={sorted().length > MAX_SHOWN}>
              <li class="tile-more faint">{texts.more(sorted().length - MAX_SHOWN)}</li>
            </Show>
          </ul>
        </Match>
      </Switch>
    </section>
  );
}

/** Whether the account has access to some of them only: an empty list then says nothing about the host. */
const isLimited = (session: Session, kind: "services" | "deployments") => session.principal()?.limits[kind] != null;

type TileProps = { onNavigate: (href: string) => void };

export function ServicesTile(props: TileProps) {
  const session = useSession();
  const query = useServices();
  const now = useNow();
  const items = () =>
    query.data?.services.map(
      (service): TileItem => ({
        name: service.name,
        tone: statusDisplay(service, now()).tone,
        note: statusText(service, now()),
        href: `/services/${encodeURIComponent(service.name)}`,
      }),
    );
  return (
    <WorkloadTile
      title={texts.services}
      icon={Container}
      href="/services"
      onNavigate={props.onNavigate}
      items={items()}
      error={query.error}
      dependency={query.data?.engine}
      empty={isLimited(session, "services") ? texts.noServicesInScope : texts.noServices}
      count={query.data && countContainers(query.data.services)}
    />
  );
}

export function DeploymentsTile(props: TileProps) {
  const session = useSession();
  const query = useDeployments();
  const items = () =>
    query.data?.deployments.map((deployment): TileItem => {
      return {
        name: deploymentName(deployment),
        tone: isProcessFault(deployment)
          ? "bad"
          : deployment.status === "online"
            ? "ok"
            : deployment.status === "launching"
              ? "info"
              : "neutral",
        note:
          deployment.instances.length > 1 ? `${deployment.status} × ${deployment.instances.length}` : deployment.status,
        href: `/deployments/${encodeURIComponent(deployment.id)}`,
      };
    });
  return (
    <WorkloadTile
      title={texts.deployments}
      icon={Rocket}
      href="/deployments"
      onNavigate={props.onNavigate}
      items={items()}
      error={query.error}
      dependency={query.data?.daemon}
      empty={isLimited(session, "deployments") ? texts.noDeploymentsInScope : texts.noDeployments}
      count={query.data && countDeployments(query.data.deployments)}
    />
  );
}

export function McpTile(props: TileProps) {
  const query = useMcpServers();
  const tones = { running: "ok", starting: "info", failed: "bad", stopped: "neutral" } as const;
  const items = () =>
    query.data?.servers.map(
      (server): TileItem => ({
        name: server.name,
        tone: tones[server.status],
        note: server.status,
        href: `/mcp/${encodeURIComponent(server.id)}`,
      }),
    );
  return (
    <WorkloadTile
      title={texts.mcp}
      icon={Blocks}
      href="/mcp"
      onNavigate={props.onNavigate}
      items={items()}
      error={query.error}
      dependency={undefined}
      empty={texts.noServers}
      count={query.data && countServers(query.data.servers)}
    />
  );
}

export function FilesTile(props: TileProps & { disks: readonly DiskStats[] | undefined }) {
  const disk = () => rootDisk(props.disks ?? []);
  return (
    <section class="card tile">
      <button type="button" class="tile-head" onClick={() => props.onNavigate("/files")}>
        <FolderTree size={16} />
        <h2 class="grow">{texts.files}</h2>
        <Show when={disk()}>
          {(found) => (
            <span class="tile-count num">
              <b>{formatBytes(found().available)}</b> {texts.free}
            </span>
          )}
        </Show>
      </button>
      <div class="tile-disk">
        <Show when={disk()} fallback={<p class="tile-note">{texts.noDisk}</p>}>
          {(found) => (
            <>
              <Meter label={texts.diskUsed(found().mount)} value={found().usagePercent} />
              <p class="faint num">
                {texts.usedOn(formatBytes(found().used), formatBytes(found().total))} <code>{found().mount}</code>
              </p>
            </>
          )}
        </Show>
      </div>
    </section>
  );
}
