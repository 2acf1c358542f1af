import { Show } from "solid-js";
import type { Service } from "../../../../../shared/protocol/service.ts";
import type { ServiceProcess } from "../../../../../shared/protocol/service-change.ts";
import { api } from "../../../lib/api.ts";
import { columnBytes, formatCpu } from "../../../lib/format.ts";
import { queryKeys } from "../../../lib/queries.ts";
import { visibleName } from "../../../lib/terminal-text.ts";
import { useQuery } from "../../../lib/use-query.ts";
import { QueryView } from "../../../resource/QueryView.tsx";
import { type Column, DataTable, EmptyState } from "../../../ui/index.ts";
import { processMessages as texts } from "../messages.ts";

const POLL_INTERVAL_MS = 5_000;

const columns: Column<ServiceProcess>[] = [
  {
    id: "pid",
    title: texts.columns.pid,
    cell: ({ pid }) => <span class="num">{pid}</span>,
    sortBy: ({ pid }) => pid,
    width: "tight",
  },
  {
    id: "user",
    title: texts.columns.user,
    cell: ({ user }) => visibleName(user),
    sortBy: ({ user }) => user,
    only: "middle",
  },
  {
    id: "cpu",
    title: texts.columns.cpu,
    align: "end",
    width: "tight",
    cell: ({ cpuPercent }) => <span class="num">{formatCpu(cpuPercent)}</span>,
    sortBy: ({ cpuPercent }) => cpuPercent,
  },
  {
    id: "memory",
    title: texts.columns.memory,
    align: "end",
    width: "tight",
    cell: ({ memoryBytes }) => <span class="num">{columnBytes(memoryBytes)}</span>,
    sortBy: ({ memoryBytes }) => memoryBytes,
  },
  {
    id: "elapsed",
    title: texts.columns.elapsed,
    align: "end",
    width: "tight",
    only: "wide",
    cell: ({ elapsed }) => <span class="num">{elapsed}</span>,
  },
  {
    id: "command",
    title: texts.columns.command,
    width: "clip",
    cell: ({ command }) => (
      <code class="truncate" title={visibleName(command)}>
        {visibleName(command)}
      </code>
    ),
    sortBy: ({ command }) => command,
  },
];

/** Processes inside a container, with the process ids of the host. */
export function ServiceProcessesTab(props: { service: Service }) {
  const up = () => props.service.state === "running" || props.service.state === "paused";
  const query = useQuery(() => ({
    queryKey: queryKeys.serviceProcesses(props.service.id),
    queryFn: () => api.services.processes(props.service.id),
    enabled: up(),
    refetchInterval: POLL_INTERVAL_MS,
  }));
  return (
    <div class="detail-scroll">
      <Show when={up()} fallback={<EmptyState title={texts.none}>{texts.noneHint}</EmptyState>}>
        <QueryView query={query} lines={6}>
          {(processes) => (
            <DataTable
              label={texts.list(props.service.name)}
              columns={columns}
              rows={processes()}
              key={({ pid }) => String(pid)}
              initialSort={{ column: "pid" }}
            />
          )}
        </QueryView>
      </Show>
    </div>
  );
}
