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
import { session } from "../../lib/session.ts";
import { StatusDot, type Tone } from "../../ui/Badge.tsx";
import { Meter } from "../../ui/Meter.tsx";
import { deploymentName } from "../deployments/deployment-list.ts";
import { statusDisplay, statusText } from "../services/service-state.ts";
import { rootDisk } from "./root-disk.ts";

interface TileItem {
  name: string;
  tone: Tone;
  words: string;
  href: string;
}

interface WorkloadTileProps {
  title: string;
  icon: Component<{ size?: number }>;
  href: string;
  onNavigate: (href: string) => void;
  items: TileItem[] | undefined;
  error: unknown;
  /** Why there is nothing: the daemon is not there. */
  dependency: DependencyState | undefined;
  empty: string;
  /** Said of how many run. */
  count: RunningCount | undefined;
}

/** Names shown in a tile; the rest is counted. */
const SHOWN_MAX = 5;
/** What is broken comes first, what runs next. */
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
              <b>{count().running}</b> of {count().total} running
            </span>
          )}
        </Show>
      </button>
      <Switch>
        <Match when={props.error}>
          <p class="tile-note">{toMessage(props.error)}</p>
        </Match>
        <Match when={props.dependency && props.dependency.state !== "up"}>
          <p class="tile-note">{props.dependency?.hint ?? "Not available on this host."}</p>
        </Match>
        <Match when={props.items?.length === 0}>
          <p class="tile-note">{props.empty}</p>
        </Match>
        <Match when={props.items}>
          <ul class="tile-list">
            <For each={sorted().slice(0, SHOWN_MAX)}>
              {(item) => (
                <li>
                  <button type="button" class="tile-item" onClick={() => props.onNavigate(item.href)}>
                    <StatusDot tone={item.tone} />
                    <span class="grow truncate">{item.name}</span>
                    <span class="faint truncate tile-words">{item.words}</span>
                  </button>
                </li>
              )}
            </For>
            <Show when={sorted().length > SHOWN_MAX}>
              <li class="tile-more faint">and {sorted().length - SHOWN_MAX} more</li>
            </Show>
          </ul>
        </Match>
      </Switch>
    </section>
  );
}

/** Whether the reader sees some of them only: then an empty list says nothing of the host. */
const limited = (kind: "services" | "deployments") => session.principal()?.limits[kind] != null;

type TileProps = { onNavigate: (href: string) => void };

export function ServicesTile(props: TileProps) {
  const query = useServices();
  const now = useNow();
  const items = () =>
    query.data?.services.map(
      (service): TileItem => ({
        name: service.name,
        tone: statusDisplay(service, now()).tone,
        words: statusText(service, now()),
        href: `/services/${encodeURIComponent(service.name)}`,
      }),
    );
  return (
    <WorkloadTile
      title="Services"
      icon={Container}
      href="/services"
      onNavigate={props.onNavigate}
      items={items()}
      error={query.error}
      dependency={query.data?.engine}
      empty={limited("services") ? "None of the containers you may see exists." : "No containers on this host yet."}
      count={query.data && countContainers(query.data.services)}
    />
  );
}

export function DeploymentsTile(props: TileProps) {
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
        words:
          deployment.instances.length > 1 ? `${deployment.status} × ${deployment.instances.length}` : deployment.status,
        href: `/deployments/${encodeURIComponent(deployment.id)}`,
      };
    });
  return (
    <WorkloadTile
      title="Deployments"
      icon={Rocket}
      href="/deployments"
      onNavigate={props.onNavigate}
      items={items()}
      error={query.error}
      dependency={query.data?.daemon}
      empty={limited("deployments") ? "None of the processes you may see exists." : "PM2 runs no processes yet."}
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
        words: server.status,
        href: `/mcp/${encodeURIComponent(server.id)}`,
      }),
    );
  return (
    <WorkloadTile
      title="MCP servers"
      icon={Blocks}
      href="/mcp"
      onNavigate={props.onNavigate}
      items={items()}
      error={query.error}
      dependency={undefined}
      empty="No MCP servers registered yet."
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
        <h2 class="grow">Files</h2>
        <Show when={disk()}>
          {(found) => (
            <span class="tile-count num">
              <b>{formatBytes(found().available)}</b> free
            </span>
          )}
        </Show>
      </button>
      <div class="tile-disk">
        <Show when={disk()} fallback={<p class="tile-note">Browse, edit and upload inside the file root.</p>}>
          {(found) => (
            <>
              <Meter label={`${found().mount} used`} value={found().usagePercent} />
              <p class="faint num">
                {formatBytes(found().used)} of {formatBytes(found().total)} used on <code>{found().mount}</code>
              </p>
            </>
          )}
        </Show>
      </div>
    </section>
  );
}
