import type { DeploymentInstance } from "../../../../shared/protocol/deployment.ts";
import { formatAgo, formatBytes, formatDateTime, formatPercent } from "../../lib/format.ts";
import { type Column, Status } from "../../ui/index.ts";
import { processDisplay } from "./deployment-list.ts";

/** Columns of the processes of one deployment. */
export const processColumns: Column<DeploymentInstance>[] = [
  {
    id: "pmId",
    title: "Id",
    cell: (process) => <span class="num">{process.pmId}</span>,
    sortBy: (process) => process.pmId,
    width: "tight",
  },
  {
    id: "status",
    title: "Status",
    cell: (process) => (
      <Status tone={processDisplay(process.status).tone} pulse={processDisplay(process.status).pulse}>
        {processDisplay(process.status).text}
      </Status>
    ),
    sortBy: (process) => process.status,
  },
  {
    id: "pid",
    title: "Process",
    cell: (process) => <span class="num">{process.pid ?? "–"}</span>,
    only: "middle",
    align: "end",
  },
  {
    id: "cpu",
    title: "CPU",
    cell: (process) => <span class="num">{formatPercent(process.cpuPercent)}</span>,
    sortBy: (process) => process.cpuPercent,
    align: "end",
  },
  {
    id: "memory",
    title: "Memory",
    cell: (process) => <span class="num">{formatBytes(process.memoryBytes)}</span>,
    sortBy: (process) => process.memoryBytes,
    align: "end",
  },
  {
    id: "restarts",
    title: "Restarts",
    cell: (process) => <span class="num">{process.restarts}</span>,
    sortBy: (process) => process.restarts,
    align: "end",
    only: "middle",
  },
  {
    id: "started",
    title: "Started",
    cell: (process) => <span title={formatDateTime(process.startedAt)}>{formatAgo(process.startedAt)}</span>,
    sortBy: (process) => process.startedAt ?? "",
    only: "wide",
  },
];
