import CloudDownload from "lucide-solid/icons/cloud-download";
import KeyRound from "lucide-solid/icons/key-round";
import Layers from "lucide-solid/icons/layers";
import SearchX from "lucide-solid/icons/search-x";
import { createMemo, createSignal, Match, Show, Switch } from "solid-js";
import type { Image } from "../../../../shared/protocol/image.ts";
import { useImages, useUpdates } from "../../lib/docker-queries.ts";
import { formatAgo, formatBytes, formatDateTime } from "../../lib/format.ts";
import { session } from "../../lib/session.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import {
  Badge,
  Button,
  type Column,
  DataTable,
  EmptyState,
  ErrorState,
  Page,
  SearchField,
  Skeleton,
} from "../../ui/index.ts";
import { DetailHead, MasterDetail } from "../../ui/MasterDetail.tsx";
import { ImagePane } from "./ImagePane.tsx";
import { imageName, keptFor, shortId } from "./image-labels.ts";
import { PullDialog } from "./PullDialog.tsx";
import { RegistriesDialog } from "./RegistriesDialog.tsx";
import { RemoveImageDialog } from "./RemoveImageDialog.tsx";
import { UseCount } from "./UsedBy.tsx";
import "./images.css";

export interface ImagesViewProps {
  /** Id of the open image. */
  selected: string | null;
  onSelect: (id: string | null) => void;
}

/** Every image of the host, and the one that is open. */
export function ImagesView(props: ImagesViewProps) {
  const query = useImages();
  const updates = useUpdates();
  const [filter, setFilter] = createSignal("");
  const [pulling, setPulling] = createSignal(false);
  const [registries, setRegistries] = createSignal(false);
  const [removing, setRemoving] = createSignal<Image | null>(null);
  const all = () => query.data ?? [];
  const shown = createMemo(() => {
    const wanted = filter().trim().toLowerCase();
    return all().filter(({ tags, digests, id, usedBy }) =>
      [...tags, ...digests, id, ...usedBy.map(({ name }) => name)].some((text) => text.toLowerCase().includes(wanted)),
    );
  });
  const selected = createMemo(() => all().find(({ id }) => id === props.selected));
  /** Services that could be updated, by name. */
  const outdated = createMemo(
    () =>
      new Set((updates.data?.services ?? []).filter(({ state }) => state === "newer").map(({ service }) => service)),
  );
  const isOutdated = ({ usedBy }: Image) => usedBy.some(({ name }) => outdated().has(name));
  const narrow = () => props.selected !== null;

  const name: Column<Image> = {
    id: "name",
    title: "Name",
    width: "clip",
    sortBy: imageName,
    cell: (row) => (
      <span class="row image-name">
        <span class="truncate" classList={{ faint: row.tags.length === 0 }} title={row.tags.join(", ")}>
          {visibleName(imageName(row))}
        </span>
        <Show when={row.tags.filter((tag) => !keptFor([tag])).length > 1}>
          <Badge title={row.tags.join(", ")}>+{row.tags.length - 1}</Badge>
        </Show>
        <Show when={isOutdated(row)}>
          <Badge tone="info">Newer available</Badge>
        </Show>
        <Show when={keptFor(row.tags)}>
          {(service) => <Badge title={`To go back to with ${service()}`}>kept for {visibleName(service())}</Badge>}
        </Show>
      </span>
    ),
  };
  const columns = createMemo((): Column<Image>[] =>
    narrow()
      ? [name]
      : [
          name,
          {
            id: "id",
            title: "Id",
            width: "tight",
            only: "wide",
            cell: (row) => <code class="faint">{shortId(row.id)}</code>,
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
            sortBy: (row) => row.createdAt,
            cell: (row) => <span title={formatDateTime(row.createdAt)}>{formatAgo(row.createdAt)}</span>,
          },
          {
            id: "size",
            title: "Size",
            width: "tight",
            align: "end",
            sortBy: (row) => row.size,
            cell: (row) => <span class="num">{formatBytes(row.size)}</span>,
          },
        ],
  );

  return (
    <MasterDetail
      open={narrow()}
      master={
        <Page
          fixed
          title="Images"
          note={query.data ? `${all().length}` : ""}
          actions={
            <>
              <SearchField label="Filter images" value={filter()} onInput={setFilter} />
              <Show when={session.may("docker:manage")}>
                <Button icon={<KeyRound size={14} />} onClick={() => setRegistries(true)}>
                  Registries
                </Button>
                <Button variant="primary" icon={<CloudDownload size={15} />} onClick={() => setPulling(true)}>
                  Pull image
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
              <EmptyState icon={<Layers size={18} />} title="No image yet">
                Pull one, or let a stack or service of the catalogue bring its own.
              </EmptyState>
            </Match>
            <Match when={query.data && shown().length === 0}>
              <EmptyState
                icon={<SearchX size={18} />}
                title="Nothing matches"
                action={<Button onClick={() => setFilter("")}>Clear the filter</Button>}
              >
                No image's name, digest, id or container holds “{filter()}”.
              </EmptyState>
            </Match>
            <Match when={query.data}>
              <DataTable
                label="Images"
                columns={columns()}
                rows={shown()}
                key={(row) => row.id}
                initialSort={{ column: "name" }}
                selected={props.selected}
                onOpen={(row) => props.onSelect(row.id)}
              />
            </Match>
          </Switch>
          <Show when={pulling()}>
            <PullDialog onClose={() => setPulling(false)} />
          </Show>
          <Show when={registries()}>
            <RegistriesDialog onClose={() => setRegistries(false)} />
          </Show>
          <Show when={removing()}>
            {(image) => (
              <RemoveImageDialog
                image={image()}
                onClose={() => setRemoving(null)}
                onRemoved={() => {
                  setRemoving(null);
                  props.onSelect(null);
                }}
              />
            )}
          </Show>
        </Page>
      }
      detail={
        <Show
          when={selected()}
          fallback={
            <Show when={query.data} fallback={<Skeleton lines={6} />}>
              <DetailHead title={shortId(props.selected ?? "")} onClose={() => props.onSelect(null)} />
              <EmptyState
                icon={<Layers size={18} />}
                title="This image is gone"
                action={<Button onClick={() => props.onSelect(null)}>Show all images</Button>}
              />
            </Show>
          }
        >
          {(image) => (
            <ImagePane
              image={image()}
              outdated={image()
                .usedBy.map((use) => use.name)
                .filter((service) => outdated().has(service))}
              onRemove={setRemoving}
              onClose={() => props.onSelect(null)}
            />
          )}
        </Show>
      }
    />
  );
}
