import { Show } from "solid-js";
import type { Service } from "../../../../shared/protocol/service.ts";
import type { ServiceProcess } from "../../../../shared/protocol/service-change.ts";
import { api } from "../../lib/api.ts";
import { formatBytes, formatPercent } from "../../lib/format.ts";
import { queryKeys } from "../../lib/queries.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { useQuery } from "../../lib/use-query.ts";
import { type Column, DataTable, EmptyState, ErrorState, Skeleton } from "../../ui/index.ts";

const LOOK_MS = 5_000;

const columns: Column<ServiceProcess>[] = [
  {
    id: "pid",
    title: "PID",
    cell: ({ pid }) => <span class="num">{pid}</span>,
    sortBy: ({ pid }) => pid,
    width: "tight",
  },
  { id: "user", title: "User", cell: ({ user }) => visibleName(user), sortBy: ({ user }) => user, only: "middle" },
  {
    id: "cpu",
    title: "CPU",
    align: "end",
    width: "tight",
    cell: ({ cpuPercent }) => <span class="num">{formatPercent(cpuPercent)}</span>,
    sortBy: ({ cpuPercent }) => cpuPercent,
  },
  {
    id: "memory",
    title: "Memory",
    align: "end",
    width: "tight",
    cell: ({ memoryBytes }) => <span class="num">{formatBytes(memoryBytes)}</span>,
    sortBy: ({ memoryBytes }) => memoryBytes,
  },
  {
    id: "elapsed",
    title: "Running for",
    align: "end",
    width: "tight",
    only: "wide",
    cell: ({ elapsed }) => <span class="num">{elapsed}</span>,
  },
  {
    id: "command",
    title: "Command",
    width: "clip",
    cell: ({ command }) => (
      <code class="truncate" title={visibleName(command)}>
        {visibleName(command)}
      </code>
    ),
    sortBy: ({ command }) => command,
  },
];

/** The processes inside a container, as the host numbers them. */
export function ServiceProcessesTab(props: { service: Service }) {
  const up = () => props.service.state === "running" || props.service.state === "paused";
  const query = useQuery(() => ({
    queryKey: queryKeys.serviceProcesses(props.service.id),
    queryFn: () => api.services.processes(props.service.id),
    enabled: up(),
    refetchInterval: LOOK_MS,
  }));
  return (
    <div class="detail-scroll">
      <Show
        when={up()}
        fallback={<EmptyState title="Nothing runs in it">Its processes are listed here while it runs.</EmptyState>}
      >
        <Show
          when={query.data}
          fallback={
            <Show when={query.error} fallback={<Skeleton lines={6} />}>
              <ErrorState error={query.error} onRetry={() => void query.refetch()} />
            </Show>
          }
        >
          {(processes) => (
            <DataTable
              label={`Processes of ${props.service.name}`}
              columns={columns}
              rows={processes()}
              key={({ pid }) => String(pid)}
              initialSort={{ column: "pid" }}
            />
          )}
        </Show>
      </Show>
    </div>
  );
}
