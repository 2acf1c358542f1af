import { Show } from "solid-js";
import type { Volume } from "../../../../shared/protocol/volume.ts";
import { formatAgo, formatBytes, formatDateTime } from "../../lib/format.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { ContainerUseCount } from "../../resource/ContainerUses.tsx";
import { Badge, type Column } from "../../ui/index.ts";
import { volumeMessages } from "./messages.ts";

export interface VolumeSizes {
  /** Bytes of a volume by its name; undefined while they are unknown. */
  of: (name: string) => number | undefined;
  isLoading: () => boolean;
}

export function createVolumeColumns(sizes: VolumeSizes): Column<Volume>[] {
  return [
    {
      id: "name",
      title: "Name",
      width: "clip",
      sortBy: (row) => row.name,
      cell: (row) => (
        <span class="row resource-name">
          <span class="truncate" title={row.name}>
            {visibleName(row.anonymous ? row.name.slice(0, 12) : row.name)}
          </span>
          <Show when={row.anonymous}>
            <Badge>{volumeMessages.anonymous}</Badge>
          </Show>
        </span>
      ),
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
      cell: (row) => <ContainerUseCount uses={row.usedBy} />,
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
      sortBy: (row) => sizes.of(row.name) ?? -1,
      cell: (row) => (
        <Show
          when={sizes.of(row.name) !== undefined}
          fallback={<span class="faint">{sizes.isLoading() ? "…" : "–"}</span>}
        >
          <span class="num">{formatBytes(sizes.of(row.name) ?? 0)}</span>
        </Show>
      ),
    },
  ];
}
