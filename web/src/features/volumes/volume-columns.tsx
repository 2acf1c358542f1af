import { Show } from "solid-js";
import type { Volume } from "../../../../shared/protocol/volume.ts";
import { columnBytes } from "../../lib/format.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { createdColumn, projectColumn, usedByColumn } from "../../resource/columns.tsx";
import { Badge, type Column } from "../../ui/index.ts";
import { volumeLabels, volumeMessages } from "./messages.ts";

export interface VolumeSizes {
  /** Bytes of a volume by its name; undefined while they are unknown. */
  of: (name: string) => number | undefined;
  isLoading: () => boolean;
}

export function createVolumeColumns(sizes: VolumeSizes): Column<Volume>[] {
  return [
    {
      id: "name",
      title: volumeLabels.name,
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
    projectColumn,
    usedByColumn,
    createdColumn,
    {
      id: "size",
      title: volumeLabels.size,
      width: "tight",
      align: "end",
      sortBy: (row) => sizes.of(row.name) ?? -1,
      cell: (row) => (
        <Show
          when={sizes.of(row.name) !== undefined}
          fallback={<span class="faint">{sizes.isLoading() ? "…" : "–"}</span>}
        >
          <span class="num">{columnBytes(sizes.of(row.name) ?? 0)}</span>
        </Show>
      ),
    },
  ];
}
