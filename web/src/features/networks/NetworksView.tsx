import Network from "lucide-solid/icons/network";
import Plus from "lucide-solid/icons/plus";
import SearchX from "lucide-solid/icons/search-x";
import { createMemo, createSignal, Match, Show, Switch } from "solid-js";
import type { Network as DockerNetwork } from "../../../../shared/protocol/network.ts";
import { networks } from "../../lib/api/docker.ts";
import { refreshDocker, useNetworks } from "../../lib/docker-queries.ts";
import { session } from "../../lib/session.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import {
  Badge,
  Button,
  type Column,
  confirm,
  DataTable,
  EmptyState,
  ErrorState,
  Page,
  SearchField,
  Skeleton,
  toast,
} from "../../ui/index.ts";
import { DetailHead, MasterDetail } from "../../ui/MasterDetail.tsx";
import { UseCount } from "../images/UsedBy.tsx";
import { CreateNetworkDialog } from "./CreateNetworkDialog.tsx";
import { NetworkPane } from "./NetworkPane.tsx";
import "../images/images.css";

export interface NetworksViewProps {
  /** Name or id of the open network. */
  selected: string | null;
  onSelect: (name: string | null) => void;
}

/** Every network of the host, and the one that is open. */
export function NetworksView(props: NetworksViewProps) {
  const query = useNetworks();
  const [filter, setFilter] = createSignal("");
  const [creating, setCreating] = createSignal(false);
  const all = () => query.data ?? [];
  const shown = createMemo(() => {
    const wanted = filter().trim().toLowerCase();
    return all().filter(({ name, driver, composeProject, subnets, usedBy }) =>
      [name, driver, composeProject ?? "", ...subnets, ...usedBy.map((use) => use.name)].some((text) =>
        text.toLowerCase().includes(wanted),
      ),
    );
  });
  const selected = createMemo(() => all().find(({ id, name }) => id === props.selected || name === props.selected));

  const remove = async (network: DockerNetwork) => {
    const yes = await confirm({
      title: `Remove ${visibleName(network.name)}?`,
      body: "No container belongs to it. It can be made again.",
      action: "Remove network",
      danger: true,
    });
    if (!yes) return;
    try {
      await networks.remove(network.id);
      toast.success(`${visibleName(network.name)} has been removed`);
      props.onSelect(null);
    } catch (error) {
      toast.error(error);
    }
    await refreshDocker();
  };

  const name: Column<DockerNetwork> = {
    id: "name",
    title: "Name",
    width: "clip",
    sortBy: (row) => row.name,
    cell: (row) => (
      <span class="row image-name">
        <span class="truncate">{visibleName(row.name)}</span>
        <Show when={row.builtIn}>
          <Badge>of the Engine</Badge>
        </Show>
        <Show when={row.internal}>
          <Badge tone="info">internal</Badge>
        </Show>
      </span>
    ),
  };
  const columns = createMemo((): Column<DockerNetwork>[] =>
    props.selected !== null
      ? [name]
      : [
          name,
          {
            id: "driver",
            title: "Driver",
            width: "tight",
            sortBy: (row) => row.driver,
            cell: (row) => visibleName(row.driver),
          },
          {
            id: "subnet",
            title: "Addresses",
            width: "tight",
            only: "wide",
            cell: (row) => <code>{row.subnets.join(", ") || "–"}</code>,
          },
          {
            id: "project",
            title: "Project",
            width: "tight",
            only: "wide",
            sortBy: (row) => row.composeProject ?? "",
            cell: (row) => (row.composeProject ? visibleName(row.composeProject) : <span class="faint">–</span>),
          },
          {
            id: "use",
            title: "Used by",
            width: "tight",
            only: "middle",
            sortBy: (row) => row.usedBy.length,
            cell: (row) => <UseCount uses={row.usedBy} />,
          },
        ],
  );

  return (
    <MasterDetail
      open={props.selected !== null}
      master={
        <Page
          fixed
          title="Networks"
          note={query.data ? `${all().length}` : ""}
          actions={
            <>
              <SearchField label="Filter networks" value={filter()} onInput={setFilter} />
              <Show when={session.may("docker:manage")}>
                <Button variant="primary" icon={<Plus size={15} />} onClick={() => setCreating(true)}>
                  Create network
                </Button>
              </Show>
            </>
          }
        >
          <Switch fallback={<Skeleton lines={9} />}>
            <Match when={query.error && !query.data}>
              <ErrorState error={query.error} onRetry={() => void query.refetch()} />
            </Match>
            <Match when={query.data && shown().length === 0}>
              <EmptyState
                icon={<SearchX size={18} />}
                title="Nothing matches"
                action={<Button onClick={() => setFilter("")}>Clear the filter</Button>}
              >
                No network's name, driver, address, project or container holds “{filter()}”.
              </EmptyState>
            </Match>
            <Match when={query.data}>
              <DataTable
                label="Networks"
                columns={columns()}
                rows={shown()}
                key={(row) => row.id}
                initialSort={{ column: "name" }}
                selected={selected()?.id ?? null}
                onOpen={(row) => props.onSelect(row.name)}
              />
            </Match>
          </Switch>
          <Show when={creating()}>
            <CreateNetworkDialog
              onClose={() => setCreating(false)}
              onCreated={(made) => {
                setCreating(false);
                props.onSelect(made);
              }}
            />
          </Show>
        </Page>
      }
      detail={
        <Show
          when={selected()}
          fallback={
            <Show when={query.data} fallback={<Skeleton lines={6} />}>
              <DetailHead title={visibleName(props.selected ?? "")} onClose={() => props.onSelect(null)} />
              <EmptyState
                icon={<Network size={18} />}
                title="This network is gone"
                action={<Button onClick={() => props.onSelect(null)}>Show all networks</Button>}
              />
            </Show>
          }
        >
          {(network) => (
            <NetworkPane
              network={network()}
              onRemove={(one) => void remove(one)}
              onClose={() => props.onSelect(null)}
            />
          )}
        </Show>
      }
    />
  );
}
