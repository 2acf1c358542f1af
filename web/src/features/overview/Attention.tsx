import CircleCheck from "lucide-solid/icons/circle-check";
import { createMemo, For, Show } from "solid-js";
import type { DependencyState, DiskStats, UnknownDisk } from "../../../../shared/protocol/system.ts";
import { useNow } from "../../lib/now.ts";
import { useAlerts, useDeployments, useMcpServers, useServices, useStacks } from "../../lib/queries.ts";
import { session } from "../../lib/session.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { StatusDot } from "../../ui/Badge.tsx";
import { Card } from "../../ui/Card.tsx";
import { EmptyState, Skeleton } from "../../ui/Notice.tsx";
import { type Concern, type Attention as Found, findConcerns } from "./attention.ts";

export function Attention(props: {
  disks: readonly DiskStats[];
  unknownDisks: readonly UnknownDisk[];
  onNavigate: (href: string) => void;
}) {
  const services = useServices();
  const deployments = useDeployments();
  const servers = useMcpServers();
  const stacks = session.may("stacks:view") ? useStacks() : undefined;
  const alerts = session.may("alerts:view") ? useAlerts() : undefined;
  const now = useNow();
  const found = createMemo(() =>
    findConcerns({
      services: services.data?.services ?? [],
      deployments: deployments.data?.deployments ?? [],
      servers: servers.data?.servers ?? [],
      stacks: stacks?.data?.stacks ?? [],
      alerts: alerts?.data ?? [],
      disks: props.disks,
      now: now(),
    }),
  );
  const byId = createMemo(() => new Map(found().concerns.map((concern) => [concern.id, concern])));
  const known = () =>
    [services, deployments, servers, stacks, alerts].every((query) => query === undefined || !query.isPending);
  const silentDisks = () => props.unknownDisks.filter(({ state }) => state === "silent" || state === "failed");
  /** What could not be asked, which says nothing of how it does. */
  const unknown = () =>
    [
      (services.isError || (services.data && isAway(services.data.engine))) && "Docker",
      (deployments.isError || (deployments.data && isAway(deployments.data.daemon))) && "PM2",
      servers.isError && "MCP servers",
      stacks?.isError && "Stacks",
      alerts?.isError && "Alerts",
      silentDisks().length > 0 && toList(silentDisks().map(({ mount }) => visibleName(mount))),
    ].filter((name) => typeof name === "string");
  return (
    <Card title="Needs attention" actions={<Counts attention={found()} onNavigate={props.onNavigate} />} flush>
      <Show when={known()} fallback={<Skeleton lines={3} />}>
        <Show when={unknown().length > 0}>
          <p class="concern-unknown">
            <StatusDot tone="warn" />
            Not known: {unknown().join(", ")}. No answer was received.
          </p>
        </Show>
        <Show
          when={byId().size > 0}
          fallback={
            <Show when={unknown().length === 0}>
              <EmptyState icon={<CircleCheck size={18} />} tone="ok" title="No problems">
                Nothing is down, failing, unhealthy or running out of space.
              </EmptyState>
            </Show>
          }
        >
          <ul class="concerns">
            <For each={[...byId().keys()]}>
              {(id) => (
                <Show when={byId().get(id)}>
                  {(concern) => <Row concern={concern()} onNavigate={props.onNavigate} />}
                </Show>
              )}
            </For>
          </ul>
        </Show>
      </Show>
    </Card>
  );
}

const NAMED_MAX = 3;
const toList = (mounts: readonly string[]): string =>
  mounts.length > NAMED_MAX
    ? `${mounts.slice(0, NAMED_MAX).join(", ")} and ${mounts.length - NAMED_MAX} more disks`
    : mounts.join(", ");

/** Absent is a state somebody may have chosen; down is not. */
const isAway = ({ state }: DependencyState): boolean => state === "down";

function Row(props: { concern: Concern; onNavigate: (href: string) => void }) {
  return (
    <li>
      <button type="button" class="concern" onClick={() => props.onNavigate(props.concern.href)}>
        <StatusDot tone={props.concern.tone} />
        <b class="truncate">{visibleName(props.concern.what)}</b>
        <span class="muted concern-why">
          {visibleName(props.concern.why)}
          <Show when={props.concern.alerts.length > 0}>
            <span class="concern-alerts"> · {props.concern.alerts.map(visibleName).join(", ")}</span>
          </Show>
          <Show when={props.concern.detail}>
            {(detail) => <code class="concern-detail">{visibleName(detail())}</code>}
          </Show>
        </span>
      </button>
    </li>
  );
}

/** How much there is of it, in figures that the other pages have too. */
function Counts(props: { attention: Found; onNavigate: (href: string) => void }) {
  const counts = () =>
    [
      { count: props.attention.firing, text: "firing", title: "Alerts that fire", href: "/alerts" },
      { count: props.attention.down, text: "down", title: "Containers and apps that are down", href: "/services" },
      { count: props.attention.missing, text: "missing", title: "Services without a container", href: "/stacks" },
    ].filter(({ count }) => count > 0);
  return (
    <span class="row concern-counts">
      <For each={counts()}>
        {({ count, text, title, href }) => (
          <button type="button" class="badge tone-bad" title={title} onClick={() => props.onNavigate(href)}>
            {count} {text}
          </button>
        )}
      </For>
    </span>
  );
}
