import { Show } from "solid-js";
import type { NetworkStats } from "../../../../shared/protocol/system.ts";
import { formatBytes, formatRate } from "../../lib/format.ts";
import { Card } from "../../ui/Card.tsx";
import { type Column, DataTable } from "../../ui/DataTable.tsx";
import { EmptyState } from "../../ui/Notice.tsx";

const columns: Column<NetworkStats>[] = [
  {
    id: "name",
    title: "Interface",
    width: "clip",
    sortBy: (row) => row.name,
    cell: (row) => (
      <span title={row.counted ? undefined : "Not part of the total: a network card counts the same bytes"}>
        <code>{row.name}</code>
        <Show when={!row.counted}>
          <span class="faint"> not in total</span>
        </Show>
      </span>
    ),
  },
  {
    id: "rx",
    title: "In",
    align: "end",
    width: "tight",
    sortBy: (row) => row.rxBytesPerSecond,
    cell: (row) => <span class="num">{formatRate(row.rxBytesPerSecond)}</span>,
  },
  {
    id: "tx",
    title: "Out",
    align: "end",
    width: "tight",
    sortBy: (row) => row.txBytesPerSecond,
    cell: (row) => <span class="num">{formatRate(row.txBytesPerSecond)}</span>,
  },
  {
    id: "total",
    title: "Since boot",
    align: "end",
    width: "tight",
    only: "middle",
    sortBy: (row) => row.rxBytes + row.txBytes,
    cell: (row) => (
      <span class="num faint">
        {formatBytes(row.rxBytes)} / {formatBytes(row.txBytes)}
      </span>
    ),
  },
];

export function NetworkTable(props: { network: readonly NetworkStats[] }) {
  return (
    <Card title="Interfaces" flush>
      <DataTable
        label="Network interfaces"
        columns={columns}
        rows={props.network}
        key={(row) => row.name}
        initialSort={{ column: "total", descending: true }}
        empty={<EmptyState title="No interfaces to show" />}
      />
    </Card>
  );
}
