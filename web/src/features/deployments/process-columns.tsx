import type { DeploymentInstance } from "../../../../shared/protocol/deployment.ts";
import { columnBytes, formatAgo, formatCpu, formatDateTime, NO_VALUE } from "../../lib/format.ts";
import { type Column, Status } from "../../ui/index.ts";
import { processDisplay } from "./deployment-list.ts";
import { deploymentLabels } from "./messages.ts";

/** PM2 reports zeros for a process that does not run. */
const isOnline = ({ status }: DeploymentInstance) => status === "online";

/** Columns of the processes of one deployment. */
export const processColumns: Column<DeploymentInstance>[] = [
  {
    id: "pmId",
    title: deploymentLabels.id,
    cell: (process) => <span class="num">{process.pmId}</span>,
    sortBy: (process) => process.pmId,
    width: "tight",
  },
  {
    id: "status",
    title: deploymentLabels.status,
    cell: (process) => (
      <Status tone={processDisplay(process.status).tone} pulse={processDisplay(process.status).pulse}>
        {processDisplay(process.status).text}
      </Status>
    ),
    sortBy: (process) => process.status,
  },
  {
    id: "pid",
    title: deploymentLabels.process,
    cell: (process) => <span class="num">{process.pid ?? NO_VALUE}</span>,
    only: "middle",
    align: "end",
  },
  {
    id: "cpu",
    title: deploymentLabels.cpu,
    cell: (process) => <span class="num">{isOnline(process) ? formatCpu(process.cpuPercent) : NO_VALUE}</span>,
    sortBy: (process) => process.cpuPercent,
    align: "end",
  },
  {
    id: "memory",
    title: deploymentLabels.memory,
    cell: (process) => <span class="num">{isOnline(process) ? columnBytes(process.memoryBytes) : NO_VALUE}</span>,
    sortBy: (process) => process.memoryBytes,
    align: "end",
  },
  {
    id: "restarts",
    title: deploymentLabels.restarts,
    cell: (process) => <span class="num">{process.restarts}</span>,
    sortBy: (process) => process.restarts,
    align: "end",
    only: "middle",
  },
  {
    id: "started",
    title: deploymentLabels.started,
    cell: (process) => <span title={formatDateTime(process.startedAt)}>{formatAgo(process.startedAt)}</span>,
    sortBy: (process) => process.startedAt ?? "",
    only: "wide",
  },
];
