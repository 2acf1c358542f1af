import CircleCheck from "lucide-solid/icons/circle-check";
import { createMemo, For, Show } from "solid-js";
import type { DependencyState, DiskStats, UnknownDisk } from "../../../../shared/protocol/system.ts";
import { useNow } from "../../lib/now.ts";
import { useAlerts, useDeployments, useMcpServers, useServices, useStacks } from "../../lib/queries.ts";
import { useSession } from "../../lib/session.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { StatusDot } from "../../ui/Badge.tsx";
import { Card } from "../../ui/Card.tsx";
import { EmptyState, Skeleton } from "../../ui/Notice.tsx";
import { type Concern, type Attention as Found, findConcerns } from "./attention.ts";
import { attentionMessages as texts } from "./messages.ts";

/** Everything that needs attention, and the sources that did not respond. */
export function Attention(props: {
  disks: readonly DiskStats[];
  unknownDisks: readonly UnknownDisk[];
  onNavigate: (href: string) => void;
}) {
  const session = useSession();
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
  /** Sources that did not respond: their state is unknown. */
  const unknown = () =>
    [
      (services.isError || (services.data && isAway(services.data.engine))) && texts.sources.docker,
      (deployments.isError || (deployments.data && isAway(deployments.data.daemon))) && texts.sources.pm2,
      servers.isError && texts.sources.mcp,
      stacks?.isError && texts.sources.stacks,
      alerts?.isError && texts.sources.alerts,
      silentDisks().length > 0 && toList(silentDisks().map(({ mount }) => visibleName(mount))),
    ].filter((name) => typeof name === "string");
  return (
    <Card title={texts.title} actions={<Counts attention={found()} onNavigate={props.onNavigate} />} flush>
      <Show when={known()} fallback={<Skeleton lines={3} />}>
        <Show when={unknown().length > 0}>
          <p class="concern-unknown">
            <StatusDot tone="warn" />
            {texts.unknown(unknown().join(", "))}
          </p>
        </Show>
        <Show
          when={byId().size > 0}
          fallback={
            <Show when={unknown().length === 0}>
              <EmptyState icon={<CircleCheck size={18} />} tone="ok" title={texts.none}>
                {texts.noneHint}
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

/** Disks that are listed by name. */
const MAX_NAMED = 3;
const toList = (mounts: readonly string[]): string =>
  mounts.length > MAX_NAMED
    ? texts.moreDisks(mounts.slice(0, MAX_NAMED).join(", "), mounts.length - MAX_NAMED)
    : mounts.join(", ");

/** A part that is absent may be so on purpose; one that is down is not. */
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

/** Counts by kind; each links to the page that lists them. */
function Counts(props: { attention: Found; onNavigate: (href: string) => void }) {
  const counts = () =>
    [
      { count: props.attention.firing, ...texts.firing, href: "/alerts" },
      { count: props.attention.down, ...texts.down, href: "/services" },
      { count: props.attention.missing, ...texts.missing, href: "/stacks" },
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
