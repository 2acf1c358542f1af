import CircleCheck from "lucide-solid/icons/circle-check";
import { createMemo, createSignal, For, Index, onCleanup, Show } from "solid-js";
import type { DependencyName, DependencyState } from "../../../../../shared/protocol/system.ts";
import { formatTime } from "../../../lib/format.ts";
import { useJobs } from "../../../lib/jobs/jobs.ts";
import { useNow } from "../../../lib/now.ts";
import { useDeployments, useMcpServers, useServices, useSystemInfo } from "../../../lib/queries.ts";
import { useSession } from "../../../lib/session.ts";
import { StatusDot } from "../../../ui/Badge.tsx";
import { Button } from "../../../ui/Button.tsx";
import { Card } from "../../../ui/Card.tsx";
import { Skeleton } from "../../../ui/Notice.tsx";
import type { HostStats } from "../../system/host-stats.ts";
import { attentionMessages as texts } from "../messages.ts";
import type { useWatch } from "../watch-query.ts";
import { type Attention as Found, findConcerns } from "./attention.ts";
import { ConcernRow } from "./ConcernRow.tsx";
import { createConcernActions } from "./concern-actions.ts";
import { countOf, describeLooked, isComplete, type Sources, unknownSources } from "./sources.ts";

export interface AttentionCardProps {
  /** Undefined for accounts that may not see the host. */
  host: HostStats | undefined;
  watch: ReturnType<typeof useWatch>;
  onNavigate: (href: string) => void;
}

/** Lines that are shown at first. */
const SHOWN = 12;
/** The first sample of the host comes within seconds, or something is wrong. */
const HOST_WAIT_MS = 5_000;

/** Everything that needs attention with its cause, and the sources that did not respond. */
export function AttentionCard(props: AttentionCardProps) {
  const lists = createLists(props);
  const now = useNow();
  const [isOpen, setOpen] = createSignal(false);
  const actions = createConcernActions();
  const found = createMemo(() => findConcerns({ ...lists.state(), now: now() }));
  const byId = createMemo(() => new Map(found().concerns.map((one) => [one.id, one])));
  const shown = createMemo(() => [...byId().keys()].slice(0, isOpen() ? undefined : SHOWN));
  const unknown = createMemo(() => unknownSources(lists.sources()));
  const isKnown = () => isComplete(lists.sources());
  /** Updates and paused containers are no problems: the all-clear stands above them. */
  const isClear = () => isKnown() && unknown().length === 0 && found().concerns.every(({ tone }) => tone === "info");
  return (
    <Card
      class="attention"
      title={texts.title}
      actions={<Counts attention={found()} onNavigate={props.onNavigate} />}
      flush
    >
      <Show when={unknown().length > 0}>
        <p class="concern-unknown">
          <StatusDot tone="warn" />
          {texts.unknown(unknown().join(", "))}
        </p>
      </Show>
      <Show when={isClear()}>
        <p class="all-clear">
          <CircleCheck size={17} />
          <b>{texts.none}</b>
          <span class="muted">{texts.checked(describeLooked(lists.looked()), formatTime(lists.checkedAt()))}</span>
        </p>
      </Show>
      <Show when={!isKnown() && byId().size === 0}>
        <Skeleton lines={2} />
      </Show>
      <ul class="concerns" aria-label={texts.list}>
        <For each={shown()}>
          {(id) => (
            <Show when={byId().get(id)}>
              {(concern) => <ConcernRow concern={concern()} actions={actions} onNavigate={props.onNavigate} />}
            </Show>
          )}
        </For>
      </ul>
      <Show when={byId().size > SHOWN}>
        <div class="concern-more">
          <Button size="sm" variant="ghost" onClick={() => setOpen(!isOpen())}>
            {isOpen() ? texts.less : texts.more(byId().size - SHOWN)}
          </Button>
        </div>
      </Show>
    </Card>
  );
}

/** The lists that attention is found in, and what is known of them. */
function createLists(props: AttentionCardProps) {
  const services = useServices();
  const deployments = useDeployments();
  const servers = useMcpServers();
  const system = useSystemInfo();
  const jobs = useJobs();
  const session = useSession();
  const [isSilent, setSilent] = createSignal(false);
  const timer = setTimeout(() => setSilent(true), HOST_WAIT_MS);
  onCleanup(() => clearTimeout(timer));

  /** The daemons' own lists are newer than the state of all dependencies. */
  const dependencies = (): Partial<Record<DependencyName, DependencyState>> => ({
    ...system.data?.dependencies,
    ...(services.data && { docker: services.data.engine }),
    ...(deployments.data && { pm2: deployments.data.daemon }),
  });
  return {
    state: () => ({
      services: services.data?.services ?? [],
      deployments: deployments.data?.deployments ?? [],
      servers: servers.data?.servers ?? [],
      stacks: props.watch.data?.stacks ?? [],
      alerts: props.watch.data?.alerts ?? [],
      evidence: props.watch.data?.evidence ?? [],
      updates: props.watch.data?.updates ?? [],
      disks: props.host?.latest()?.disks ?? [],
      jobs: jobs.jobs(),
      dependencies: dependencies(),
    }),
    sources: (): Sources => ({
      services,
      deployments,
      servers,
      watch: props.watch,
      host: props.host && {
        isKnown: props.host.latest() !== undefined,
        isSilent: isSilent() || props.host.problem() !== undefined,
        unknownDisks: props.host.latest()?.unknownDisks ?? [],
      },
    }),
    looked: () => ({
      containers: session.may("services:view") ? countOf(services.data?.services, services.data?.engine) : undefined,
      processes: countOf(deployments.data?.deployments, deployments.data?.daemon),
      servers: servers.data?.servers.length,
      stacks: props.watch.data?.stacks?.length,
      disks: props.host?.latest()?.disks.length,
      alerts: props.watch.data?.alerts != null,
    }),
    /** The oldest of what was looked at. */
    checkedAt: () =>
      new Date(
        Math.min(services.dataUpdatedAt, deployments.dataUpdatedAt, servers.dataUpdatedAt, props.watch.dataUpdatedAt),
      ).toISOString(),
  };
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
      <Index each={counts()}>
        {(kind) => (
          <button
            type="button"
            class="badge tone-bad"
            title={kind().title}
            onClick={() => props.onNavigate(kind().href)}
          >
            {kind().count} {kind().text}
          </button>
        )}
      </Index>
    </span>
  );
}
