import Database from "lucide-solid/icons/database";
import Plus from "lucide-solid/icons/plus";
import SearchX from "lucide-solid/icons/search-x";
import { createMemo, createSignal, Match, Show, Switch } from "solid-js";
import type { Volume } from "../../../../shared/protocol/volume.ts";
import { volumes } from "../../lib/api/docker.ts";
import { refreshDocker, useDiskUsage, useVolumes } from "../../lib/docker-queries.ts";
import { formatAgo, formatBytes, formatDateTime } from "../../lib/format.ts";
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
import { CreateVolumeDialog } from "./CreateVolumeDialog.tsx";
import { VolumePane } from "./VolumePane.tsx";
import "../images/images.css";

export interface VolumesViewProps {
  selected: string | null;
  onSelect: (name: string | null) => void;
}

/** Every volume of the host, and the one that is open. */
export function VolumesView(props: VolumesViewProps) {
  const query = useVolumes();
  const usage = useDiskUsage();
  const [filter, setFilter] = createSignal("");
  const [creating, setCreating] = createSignal(false);
  const all = () => query.data ?? [];
  const shown = createMemo(() => {
    const wanted = filter().trim().toLowerCase();
    return all().filter(({ name, composeProject, usedBy }) =>
      [name, composeProject ?? "", ...usedBy.map((use) => use.name)].some((text) =>
        text.toLowerCase().includes(wanted),
      ),
    );
  });
  const selected = createMemo(() => all().find(({ name }) => name === props.selected));
  const sizeOf = (name: string) => usage.data?.volumeSizes[name];

  const remove = async (volume: Volume) => {
    const yes = await confirm({
      title: `Remove ${visibleName(volume.name)}?`,
      body: "Everything in this volume is deleted. This cannot be undone.",
      action: "Remove volume",
      danger: true,
      ...(volume.anonymous ? {} : { typed: volume.name }),
    });
    if (!yes) return;
    try {
      await volumes.remove(volume.name);
      toast.success(`${visibleName(volume.name)} has been removed`);
      props.onSelect(null);
    } catch (error) {
      toast.error(error);
    }
    await refreshDocker();
  };

  const name: Column<Volume> = {
    id: "name",
    title: "Name",
    width: "clip",
    sortBy: (row) => row.name,
    cell: (row) => (
      <span class="row image-name">
        <span class="truncate" title={row.name}>
          {visibleName(row.anonymous ? row.name.slice(0, 12) : row.name)}
        </span>
        <Show when={row.anonymous}>
          <Badge>without a name</Badge>
        </Show>
      </span>
    ),
  };
  const columns = createMemo((): Column<Volume>[] =>
    props.selected !== null
      ? [name]
      : [
          name,
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
          {
            id: "created",
            title: "Created",
            width: "tight",
            only: "wide",
            sortBy: (row) => row.createdAt ?? "",
            cell: (row) => <span title={formatDateTime(row.createdAt)}>{formatAgo(row.createdAt)}</span>,
          },
          {
            id: "size",
            title: "Size",
            width: "tight",
            align: "end",
            sortBy: (row) => sizeOf(row.name) ?? -1,
            cell: (row) => (
              <Show
                when={sizeOf(row.name) !== undefined}
                fallback={<span class="faint">{usage.isFetching ? "…" : "–"}</span>}
              >
                <span class="num">{formatBytes(sizeOf(row.name) ?? 0)}</span>
              </Show>
            ),
          },
        ],
  );

  return (
    <MasterDetail
      open={props.selected !== null}
      master={
        <Page
          fixed
          title="Volumes"
          note={query.data ? `${all().length}` : ""}
          actions={
            <>
              <SearchField label="Filter volumes" value={filter()} onInput={setFilter} />
              <Show when={session.may("docker:manage")}>
                <Button variant="primary" icon={<Plus size={15} />} onClick={() => setCreating(true)}>
                  Create volume
                </Button>
              </Show>
            </>
          }
        >
          <Switch fallback={<Skeleton lines={9} />}>
            <Match when={query.error && !query.data}>
              <ErrorState error={query.error} onRetry={() => void query.refetch()} />
            </Match>
            <Match when={query.data && all().length === 0}>
              <EmptyState icon={<Database size={18} />} title="No volume yet">
                A volume keeps data beyond the life of a container.
              </EmptyState>
            </Match>
            <Match when={query.data && shown().length === 0}>
              <EmptyState
                icon={<SearchX size={18} />}
                title="Nothing matches"
                action={<Button onClick={() => setFilter("")}>Clear the filter</Button>}
              >
                No volume's name, project or container holds “{filter()}”.
              </EmptyState>
            </Match>
            <Match when={query.data}>
              <DataTable
                label="Volumes"
                columns={columns()}
                rows={shown()}
                key={(row) => row.name}
                initialSort={{ column: "name" }}
                selected={props.selected}
                onOpen={(row) => props.onSelect(row.name)}
              />
            </Match>
          </Switch>
          <Show when={creating()}>
            <CreateVolumeDialog
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
                icon={<Database size={18} />}
                title="This volume is gone"
                action={<Button onClick={() => props.onSelect(null)}>Show all volumes</Button>}
              />
            </Show>
          }
        >
          {(volume) => (
            <VolumePane
              volume={volume()}
              size={sizeOf(volume().name)}
              onRemove={(one) => void remove(one)}
              onClose={() => props.onSelect(null)}
            />
          )}
        </Show>
      }
    />
  );
}
