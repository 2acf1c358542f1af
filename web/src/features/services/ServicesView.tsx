import Container from "lucide-solid/icons/container";
import Unplug from "lucide-solid/icons/unplug";
import { createMemo, createSignal, onCleanup, Show } from "solid-js";
import { countContainers } from "../../../../shared/health/running.ts";
import type { Service } from "../../../../shared/protocol/service.ts";
import type { DependencyState } from "../../../../shared/protocol/system.ts";
import { useServices } from "../../lib/queries.ts";
import { useSession } from "../../lib/session.ts";
import { createStableList } from "../../lib/stable-list.ts";
import { useTrends } from "../../lib/trends.ts";
import { ResourceListPage } from "../../resource/ResourceListPage.tsx";
import { createSelection, type Selection } from "../../resource/selection.ts";
import { Button, Callout, EmptyState, Menu } from "../../ui/index.ts";
import { RemoveServiceDialog } from "./actions/RemoveServiceDialog.tsx";
import { createServiceActions, type ServiceActions } from "./actions/service-actions.ts";
import { BulkBar } from "./list/BulkBar.tsx";
import { ServiceTable } from "./list/ServiceTable.tsx";
import { createServiceColumns, type ServiceColumns } from "./list/service-columns.ts";
import { findService, searchTextsOf, toGroups } from "./list/service-list.ts";
import { createServiceSorting } from "./list/service-sorting.ts";
import { createServiceUsages } from "./list/service-usage.ts";
import { listMessages, serviceLabels, serviceMessages } from "./messages.ts";
import "./services.css";
import { lazy } from "../../lib/load-part.ts";

/** Log, charts and shells: half of the page's code, and none of it needed for the list. */
const ServiceDetail = lazy(() => import("./detail/ServiceDetail.tsx"));

export interface ServicesViewProps {
  /** Name or id of the open container. */
  selected: string | null;
  onSelect: (name: string | null) => void;
  /** The open container is addressed by an id, and has a name. */
  onRename: (name: string) => void;
}

/** The Engine sends no event when usage changes, or when it gives up restarting: the visible page polls. */
const POLL_INTERVAL_MS = 20_000;

/** All containers of the host by project, and the open one. */
export function ServicesView(props: ServicesViewProps) {
  const query = useServices();
  const actions = createServiceActions();
  const columns = createServiceColumns();
  const selection = createSelection();
  const [removing, setRemoving] = createSignal<Service | null>(null);
  const all = createStableList(() => query.data?.services, "id");
  const poll = setInterval(() => {
    if (!document.hidden && !query.isFetching) void query.refetch();
  }, POLL_INTERVAL_MS);
  onCleanup(() => clearInterval(poll));
  const engine = () => query.data?.engine;
  const count = () => countContainers(all());

  return (
    <ResourceListPage
      messages={listMessages}
      icon={Container}
      query={query}
      items={all()}
      itemKey={({ id }) => id}
      addressOf={({ name }) => name}
      searchTexts={searchTextsOf}
      note={all().length > 0 || engine()?.state === "up" ? serviceMessages.running(count().running, count().total) : ""}
      actions={
        <Show when={props.selected === null}>
          <ColumnsMenu columns={columns} />
        </Show>
      }
      notices={
        <Show when={engine()?.state !== "up" && all().length > 0 && engine()}>
          {(state) => (
            <Callout tone="warn" icon={<Unplug size={15} />}>
              {serviceMessages.stale(state().hint ?? "")}
            </Callout>
          )}
        </Show>
      }
      empty={<NoServices engine={engine()} onRetry={() => void query.refetch()} />}
      list={(shown) => (
        <ServiceList
          services={shown()}
          all={all()}
          selected={props.selected}
          onSelect={props.onSelect}
          columns={columns}
          selection={selection}
          actions={actions}
          onRemove={setRemoving}
        />
      )}
      selected={props.selected}
      onSelect={props.onSelect}
      detailPane={() => (
        <ServiceDetail
          chosen={props.selected ?? ""}
          services={all()}
          engine={engine()}
          actions={actions}
          onRemove={setRemoving}
          onSelect={props.onSelect}
          onRename={props.onRename}
          onClose={() => props.onSelect(null)}
        />
      )}
    >
      <Show when={removing()}>
        {(service) => (
          <RemoveServiceDialog
            service={service()}
            onClose={() => setRemoving(null)}
            onRemove={(options) => {
              const removed = service();
              setRemoving(null);
              void actions.remove(removed, options);
            }}
          />
        )}
      </Show>
    </ResourceListPage>
  );
}

interface ServiceListProps extends Pick<ServicesViewProps, "selected" | "onSelect"> {
  /** The containers that match the filter. */
  services: readonly Service[];
  all: readonly Service[];
  columns: ServiceColumns;
  selection: Selection;
  actions: ServiceActions;
  onRemove: (service: Service) => void;
}

/** The table of containers with its sorting and live usage, and the bar for bulk actions. */
function ServiceList(props: ServiceListProps) {
  const { sorting, sort } = createServiceSorting();
  const usages = createServiceUsages();
  const groups = createMemo(() => toGroups(props.services, { ...sorting(), usageOf: usages.of }));
  const isNarrow = () => props.selected !== null;
  const trends = useTrends(() => !isNarrow());
  const openName = () => findService(props.all, props.selected ?? "")?.name;
  return (
    <>
      <ServiceTable
        selection={props.selection}
        columns={props.columns}
        usages={usages}
        trends={trends.data?.trends}
        groups={groups()}
        sorting={sorting()}
        onSort={sort}
        selected={openName() ?? null}
        onOpen={(service) => props.onSelect(service.name)}
        actions={props.actions}
        onRemove={props.onRemove}
        narrow={isNarrow()}
      />
      <BulkBar
        services={groups().flatMap(({ services }) => services)}
        selection={props.selection}
        actions={props.actions}
      />
    </>
  );
}

/** Shows and hides the columns that not everybody needs. */
function ColumnsMenu(props: { columns: ServiceColumns }) {
  const mark = (isShown: boolean) => (isShown ? "✓" : "");
  return (
    <Menu
      label={serviceLabels.columns}
      variant="secondary"
      trigger="Columns"
      items={[
        {
          label: serviceLabels.networkTraffic,
          hint: mark(props.columns.network()),
          onSelect: () => props.columns.setNetwork(!props.columns.network()),
        },
        {
          label: serviceLabels.diskTraffic,
          hint: mark(props.columns.disk()),
          onSelect: () => props.columns.setDisk(!props.columns.disk()),
        },
      ]}
    />
  );
}

/** Why there are no containers: no Engine, no container, or none that the account may see. */
function NoServices(props: { engine: DependencyState | undefined; onRetry: () => void }) {
  const session = useSession();
  const isLimited = () => session.principal()?.limits.services != null;
  return (
    <Show
      when={props.engine?.state === "up"}
      fallback={
        <EmptyState
          icon={<Unplug size={18} />}
          tone="warn"
          title={props.engine?.state === "absent" ? serviceMessages.engineAbsent : serviceMessages.engineDown}
          action={<Button onClick={() => props.onRetry()}>{serviceMessages.checkAgain}</Button>}
        >
          {props.engine?.hint ?? serviceMessages.engineHint}
        </EmptyState>
      }
    >
      <EmptyState
        icon={<Container size={18} />}
        title={isLimited() ? serviceMessages.noneInScope : serviceMessages.none}
      >
        {isLimited() ? serviceMessages.noneInScopeHint : serviceMessages.noneHint}
      </EmptyState>
    </Show>
  );
}
