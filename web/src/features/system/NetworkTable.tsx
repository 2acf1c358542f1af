import { Show } from "solid-js";
import type { NetworkStats } from "../../../../shared/protocol/system.ts";
import { columnBytes, columnRate } from "../../lib/format.ts";
import { Card } from "../../ui/Card.tsx";
import { type Column, DataTable } from "../../ui/DataTable.tsx";
import { EmptyState } from "../../ui/Notice.tsx";
import { interfaceMessages as texts } from "./messages.ts";

const columns: Column<NetworkStats>[] = [
  {
    id: "name",
    title: texts.name,
    width: "clip",
    sortBy: (row) => row.name,
    cell: (row) => (
      <span title={row.counted ? undefined : texts.notCountedHint}>
        <code>{row.name}</code>
        <Show when={!row.counted}>
          <span class="faint"> {texts.notCounted}</span>
        </Show>
      </span>
    ),
  },
  {
    id: "rx",
    title: texts.in,
    align: "end",
    width: "tight",
    sortBy: (row) => row.rxBytesPerSecond,
    cell: (row) => <span class="num">{columnRate(row.rxBytesPerSecond)}</span>,
  },
  {
    id: "tx",
    title: texts.out,
    align: "end",
    width: "tight",
    sortBy: (row) => row.txBytesPerSecond,
    cell: (row) => <span class="num">{columnRate(row.txBytesPerSecond)}</span>,
  },
  {
    id: "total",
    title: texts.sinceBoot,
    align: "end",
    width: "tight",
    only: "middle",
    sortBy: (row) => row.rxBytes + row.txBytes,
    cell: (row) => (
      <span class="num faint">
        {columnBytes(row.rxBytes)} / {columnBytes(row.txBytes)}
      </span>
    ),
  },
];

/** Traffic of each network interface, now and since boot. */
export function NetworkTable(props: { network: readonly NetworkStats[] }) {
  return (
    <Card title={texts.title} flush>
      <DataTable
        label={texts.label}
        columns={columns}
        rows={props.network}
        key={(row) => row.name}
        initialSort={{ column: "total", descending: true }}
        empty={<EmptyState title={texts.none} />}
      />
    </Card>
  );
}
