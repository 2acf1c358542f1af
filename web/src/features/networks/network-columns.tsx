import { Show } from "solid-js";
import type { Network } from "../../../../shared/protocol/network.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { projectColumn, usedByColumn } from "../../resource/columns.tsx";
import { Badge, type Column } from "../../ui/index.ts";
import { networkLabels, networkMessages } from "./messages.ts";

export const networkColumns: Column<Network>[] = [
  {
    id: "name",
    title: networkLabels.name,
    width: "clip",
    sortBy: (row) => row.name,
    cell: (row) => (
      <span class="row resource-name">
        <span class="truncate">{visibleName(row.name)}</span>
        <Show when={row.builtIn}>
          <Badge>{networkMessages.builtIn}</Badge>
        </Show>
        <Show when={row.internal}>
          <Badge tone="info">{networkMessages.internal}</Badge>
        </Show>
      </span>
    ),
  },
  {
    id: "driver",
    title: networkLabels.driver,
    width: "tight",
    sortBy: (row) => row.driver,
    cell: (row) => visibleName(row.driver),
  },
  {
    id: "subnet",
    title: networkLabels.addresses,
    width: "tight",
    only: "wide",
    cell: (row) => <code>{row.subnets.join(", ") || "–"}</code>,
  },
  projectColumn,
  usedByColumn,
];
