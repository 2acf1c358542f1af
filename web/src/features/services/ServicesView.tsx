import Container from "lucide-solid/icons/container";
import SearchX from "lucide-solid/icons/search-x";
import Unplug from "lucide-solid/icons/unplug";
import { createMemo, createSignal, Match, onCleanup, Show, Switch } from "solid-js";
import { countContainers } from "../../../../shared/health/running.ts";
import type { Service } from "../../../../shared/protocol/service.ts";
import { useServices } from "../../lib/queries.ts";
import { session } from "../../lib/session.ts";
import { createStableList } from "../../lib/stable-list.ts";
import { Button, Callout, EmptyState, ErrorState, Menu, Page, SearchField, Skeleton } from "../../ui/index.ts";
import { MasterDetail } from "../../ui/MasterDetail.tsx";
import { BulkBar } from "./BulkBar.tsx";
import { RemoveServiceDialog } from "./RemoveServiceDialog.tsx";
import { ServiceDetail } from "./ServiceDetail.tsx";
import { ServiceTable } from "./ServiceTable.tsx";
import { createServiceDeeds } from "./service-actions.ts";
import { createServiceColumns } from "./service-columns.ts";
import { toGroups } from "./service-list.ts";
import { createServiceMarks } from "./service-marks.ts";
import { createServiceSorting } from "./service-sorting.ts";
import { createServiceUsages } from "./service-usage.ts";
import "./services.css";

export interface ServicesViewProps {
  /** Name or id of the open container. */
  selected: string | null;
  onSelect: (name: string | null) => void;
}

/** What no event tells is asked for anew: figures, and that the Engine has given up a restart. */
const POLL_MS = 20_000;

/** Every container of the host, by project, and the one that is open. */
export function ServicesView(props: ServicesViewProps) {
  const query = useServices();
  const deeds = createServiceDeeds();
  const marks = createServiceMarks();
  const columns = createServiceColumns();
  const [filter, setFilter] = createSignal("");
  const { sorting, sort } = createServiceSorting();
  const usages = createServiceUsages();
  const [removing, setRemoving] = createSignal<Service | null>(null);

  const all = createStableList(() => query.data?.services, "id");
  const poll = setInterval(() => {
    if (!document.hidden && !query.isFetching) void query.refetch();
  }, POLL_MS);
  onCleanup(() => clearInterval(poll));
  const engine = () => query.data?.engine;
  const groups = createMemo(() => toGroups(all(), { filter: filter(), ...sorting(), usageOf: usages.of }));
  const count = () => countContainers(all());
  const selected = createMemo(() =>
    all().find(({ name, id }) => props.selected !== null && (name === props.selected || id === props.selected)),
  );

  return (
    <MasterDetail
      open={props.selected !== null}
      master={
        <Page
          fixed
          title="Services"
          note={query.data ? `${count().running} of ${count().total} running` : ""}
          actions={
            <>
              <SearchField label="Filter containers" value={filter()} onInput={setFilter} />
              <Show when={props.selected === null}>
                <Menu
                  label="Columns"
                  variant="secondary"
                  trigger="Columns"
                  items={[
                    {
                      label: "Network traffic",
                      hint: columns.network() ? "✓" : "",
                      onSelect: () => columns.setNetwork(!columns.network()),
                    },
                    {
                      label: "Disk traffic",
                      hint: columns.disk() ? "✓" : "",
                      onSelect: () => columns.setDisk(!columns.disk()),
                    },
                  ]}
                />
              </Show>
            </>
          }
        >
          <Show when={engine()?.state !== "up" && all().length > 0 && engine()}>
            {(state) => (
              <Callout tone="warn" icon={<Unplug size={15} />}>
                Docker does not answer; this list may be old. {state().hint}
              </Callout>
            )}
          </Show>
          <Switch fallback={<Skeleton lines={9} />}>
            <Match when={query.error && !query.data}>
              <ErrorState error={query.error} onRetry={() => void query.refetch()} />
            </Match>
            <Match when={query.data && all().length === 0 && engine()?.state !== "up"}>
              <EmptyState
                icon={<Unplug size={18} />}
                tone="warn"
                title={engine()?.state === "absent" ? "Docker is not here" : "Docker does not answer"}
                action={<Button onClick={() => void query.refetch()}>Look again</Button>}
              >
                {engine()?.hint ?? "Containers appear here once a Docker Engine runs on this host."}
              </EmptyState>
            </Match>
            <Match when={query.data && all().length === 0}>
              <Show
                when={session.principal()?.limits.services == null}
                fallback={
                  <EmptyState icon={<Container size={18} />} title="None of your containers exists">
                    You are limited to some containers, and none of them is on this host now.
                  </EmptyState>
                }
              >
                <EmptyState icon={<Container size={18} />} title="No container yet">
                  Containers appear here as soon as one is created on this host, by whatever means.
                </EmptyState>
              </Show>
            </Match>
            <Match when={query.data && groups().length === 0}>
              <EmptyState
                icon={<SearchX size={18} />}
                title="Nothing matches"
                action={<Button onClick={() => setFilter("")}>Clear the filter</Button>}
              >
                No container's name, image, project or state holds “{filter()}”.
              </EmptyState>
            </Match>
            <Match when={query.data}>
              <Show when={props.selected === null}>
                <BulkBar services={groups().flatMap(({ services }) => services)} marks={marks} deeds={deeds} />
              </Show>
              <ServiceTable
                {...(session.may("services:control") ? { marks } : {})}
                columns={columns}
                usages={usages}
                groups={groups()}
                sorting={sorting()}
                onSort={sort}
                selected={selected()?.name ?? null}
                onOpen={(service) => props.onSelect(service.name)}
                deeds={deeds}
                onRemove={setRemoving}
                narrow={props.selected !== null}
              />
            </Match>
          </Switch>
          <Show when={removing()}>
            {(service) => (
              <RemoveServiceDialog
                service={service()}
                onClose={() => setRemoving(null)}
                onRemove={(options) => {
                  const gone = service();
                  setRemoving(null);
                  void deeds.remove(gone, options);
                }}
              />
            )}
          </Show>
        </Page>
      }
      detail={
        <ServiceDetail
          chosen={props.selected ?? ""}
          services={all()}
          engine={engine()}
          deeds={deeds}
          onRemove={setRemoving}
          onClose={() => props.onSelect(null)}
        />
      }
    />
  );
}
