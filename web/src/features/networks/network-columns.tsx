import { Show } from "solid-js";
import type { Network } from "../../../../shared/protocol/network.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { ContainerUseCount } from "../../resource/ContainerUses.tsx";
import { Badge, type Column } from "../../ui/index.ts";
import { networkMessages } from "./messages.ts";

export const networkColumns: Column<Network>[] = [
  {
    id: "name",
    title: "Name",
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
    cell: (row) => <ContainerUseCount uses={row.usedBy} />,
  },
];
