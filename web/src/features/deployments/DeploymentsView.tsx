import Rocket from "lucide-solid/icons/rocket";
import SearchX from "lucide-solid/icons/search-x";
import Unplug from "lucide-solid/icons/unplug";
import UserRound from "lucide-solid/icons/user-round";
import { createMemo, createSignal, Match, onCleanup, Show, Switch } from "solid-js";
import { countDeployments } from "../../../../shared/health/running.ts";
import type { Deployment } from "../../../../shared/protocol/deployment.ts";
import { formatBytes, formatDuration, formatPercent } from "../../lib/format.ts";
import { useDeployments } from "../../lib/queries.ts";
import { session } from "../../lib/session.ts";
import { createStableList } from "../../lib/stable-list.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import {
  Badge,
  Button,
  Callout,
  type Column,
  DataTable,
  EmptyState,
  ErrorState,
  Page,
  SearchField,
  Skeleton,
  Status,
} from "../../ui/index.ts";
import { DetailHead, MasterDetail } from "../../ui/MasterDetail.tsx";
import { DeploymentActions } from "./DeploymentActions.tsx";
import { DeploymentPane } from "./DeploymentPane.tsx";
import { createDeploymentDeeds, type DeploymentDeeds } from "./deployment-actions.ts";
import { deedWords, labelOf, lookOf, matches, totalsOf } from "./deployment-list.ts";
import "./deployments.css";

export interface DeploymentsViewProps {
  selected: string | null;
  onSelect: (name: string | null) => void;
}

/** PM2 tells when a process starts or stops, and never what it uses: that is asked for while somebody looks. */
const POLL_MS = 3_000;

/** Every PM2 process of the host, by name, and the one that is open. */
export function DeploymentsView(props: DeploymentsViewProps) {
  const query = useDeployments();
  const deeds = createDeploymentDeeds();
  const [filter, setFilter] = createSignal("");
  const poll = setInterval(() => {
    if (!document.hidden && !query.isFetching) void query.refetch();
  }, POLL_MS);
  onCleanup(() => clearInterval(poll));

  const all = createStableList(() => query.data?.deployments, "id");
  const columns = columnsOf(deeds);
  const daemon = () => query.data?.daemon;
  const otherDaemons = () => query.data?.otherDaemons?.map(({ user, home }) => `${user} (${home})`).join(", ");
  const shown = createMemo(() => all().filter((deployment) => matches(deployment, filter())));
  const selected = createMemo(() => all().find(({ id }) => id === props.selected));
  const count = () => countDeployments(all());

  return (
    <MasterDetail
      open={props.selected !== null}
      master={
        <Page
          fixed
          title="Deployments"
          note={query.data ? `${count().running} of ${count().total} online` : ""}
          actions={<SearchField label="Filter deployments" value={filter()} onInput={setFilter} />}
        >
          <Show when={daemon()?.state !== "up" && all().length > 0 && daemon()}>
            {(state) => (
              <Callout tone="warn" icon={<Unplug size={15} />}>
                PM2 does not answer; this list may be old. {state().hint}
              </Callout>
            )}
          </Show>
          <Show when={otherDaemons()}>
            {(list) => (
              <Callout tone="info" icon={<UserRound size={15} />}>
                PM2 also runs for {list()}. Those processes are not listed: PM2 only answers its own user.
              </Callout>
            )}
          </Show>
          <Switch fallback={<Skeleton lines={9} />}>
            <Match when={query.error && !query.data}>
              <ErrorState error={query.error} onRetry={() => void query.refetch()} />
            </Match>
            <Match when={query.data && all().length === 0 && daemon()?.state !== "up"}>
              <EmptyState
                icon={<Unplug size={18} />}
                tone="warn"
                title={daemon()?.state === "down" ? "PM2 does not answer" : "PM2 is not running"}
                action={<Button onClick={() => void query.refetch()}>Look again</Button>}
              >
                {daemon()?.hint ?? "Processes appear here once PM2's daemon runs on this host."}
              </EmptyState>
            </Match>
            <Match when={query.data && all().length === 0}>
              <Show
                when={session.principal()?.limits.deployments == null}
                fallback={
                  <EmptyState icon={<Rocket size={18} />} title="None of your processes exists">
                    You are limited to some processes, and PM2 runs none of them now.
                  </EmptyState>
                }
              >
                <EmptyState icon={<Rocket size={18} />} title="No process yet">
                  Processes appear here as soon as PM2 is told to run one.
                </EmptyState>
              </Show>
            </Match>
            <Match when={query.data && shown().length === 0}>
              <EmptyState
                icon={<SearchX size={18} />}
                title="Nothing matches"
                action={<Button onClick={() => setFilter("")}>Clear the filter</Button>}
              >
                No deployment's name, script, namespace or status holds “{filter()}”.
              </EmptyState>
            </Match>
            <Match when={query.data}>
              <div class="deployments-table">
                <DataTable
                  label="Deployments"
                  columns={props.selected === null ? columns : narrowColumns}
                  rows={shown()}
                  key={(deployment) => deployment.id}
                  initialSort={{ column: "name" }}
                  selected={props.selected}
                  onOpen={(deployment) => props.onSelect(deployment.id)}
                />
              </div>
            </Match>
          </Switch>
        </Page>
      }
      detail={
        <Show
          when={selected()}
          fallback={
            <Show when={query.data} fallback={<Skeleton lines={6} />}>
              <DetailHead title={visibleName(props.selected ?? "")} onClose={() => props.onSelect(null)} />
              <EmptyState
                icon={<Rocket size={18} />}
                title={daemon()?.state === "up" ? "This deployment is gone" : "PM2 does not answer"}
                action={<Button onClick={() => props.onSelect(null)}>Show all deployments</Button>}
              >
                {daemon()?.state === "up"
                  ? "It was deleted, or is not one you may see."
                  : "It is shown again once PM2's daemon is back."}
              </EmptyState>
            </Show>
          }
        >
          {(deployment) => (
            <DeploymentPane
              deployment={deployment()}
              readAt={query.dataUpdatedAt}
              deeds={deeds}
              onClose={() => props.onSelect(null)}
            />
          )}
        </Show>
      }
    />
  );
}

const narrowColumns: Column<Deployment>[] = [
  {
    id: "name",
    title: "Name",
    sortBy: (deployment) => deployment.name,
    width: "clip",
    cell: (deployment) => (
      <Status tone={lookOf(deployment).tone} pulse={lookOf(deployment).pulse}>
        {labelOf(deployment)}
      </Status>
    ),
  },
];

function columnsOf(deeds: DeploymentDeeds): Column<Deployment>[] {
  const look = (deployment: Deployment) => {
    const pending = deeds.pending(deployment);
    return pending ? { tone: "info" as const, pulse: true, text: deedWords[pending].doing } : lookOf(deployment);
  };
  return [
    {
      id: "name",
      title: "Name",
      sortBy: (deployment) => deployment.name,
      cell: (deployment) => (
        <div class="deployment-name">
          <div class="row">
            <b class="truncate">{labelOf(deployment)}</b>
            <Show when={deployment.own}>
              <Badge tone="accent" title="A part of this panel">
                panel
              </Badge>
            </Show>
          </div>
          <div class="truncate faint deployment-note">{visibleName(deployment.script)}</div>
        </div>
      ),
    },
    {
      id: "status",
      title: "Status",
      sortBy: (deployment) => lookOf(deployment).text,
      cell: (deployment) => (
        <Status tone={look(deployment).tone} pulse={look(deployment).pulse}>
          {look(deployment).text}
        </Status>
      ),
    },
    {
      id: "instances",
      title: "Processes",
      only: "wide",
      sortBy: (deployment) => deployment.instances.length,
      cell: (deployment) => (
        <span class="num">
          {deployment.instances.length} <span class="faint">{deployment.mode}</span>
        </span>
      ),
    },
    {
      id: "cpu",
      title: "CPU",
      only: "middle",
      align: "end",
      sortBy: (deployment) => totalsOf(deployment).cpuPercent,
      cell: (deployment) => <span class="num">{formatPercent(totalsOf(deployment).cpuPercent)}</span>,
    },
    {
      id: "memory",
      title: "Memory",
      only: "middle",
      align: "end",
      sortBy: (deployment) => totalsOf(deployment).memoryBytes,
      cell: (deployment) => <span class="num">{formatBytes(totalsOf(deployment).memoryBytes)}</span>,
    },
    {
      id: "restarts",
      title: "Restarts",
      only: "wide",
      align: "end",
      sortBy: (deployment) => totalsOf(deployment).restarts,
      cell: (deployment) => <span class="num">{totalsOf(deployment).restarts}</span>,
    },
    {
      id: "uptime",
      title: "Up",
      only: "wide",
      align: "end",
      sortBy: (deployment) => -(totalsOf(deployment).since ?? Number.POSITIVE_INFINITY),
      cell: (deployment) => {
        const { since } = totalsOf(deployment);
        return <span class="num">{since === null ? "–" : formatDuration((Date.now() - since) / 1000)}</span>;
      },
    },
    {
      id: "actions",
      title: "Actions",
      titleHidden: true,
      width: "tight",
      cell: (deployment) => <DeploymentActions deployment={deployment} deeds={deeds} />,
    },
  ];
}
