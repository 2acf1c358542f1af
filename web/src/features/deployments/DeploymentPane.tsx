import { createMemo } from "solid-js";
import type { Deployment, DeploymentInstance } from "../../../../shared/protocol/deployment.ts";
import { formatAgo, formatBytes, formatDateTime, formatPercent } from "../../lib/format.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { deploymentsWS } from "../../lib/ws-client.ts";
import { Card, type Column, DataTable, Facts, Status, StatusDot, Tabs, TimeChart } from "../../ui/index.ts";
import { DetailHead } from "../../ui/MasterDetail.tsx";
import type { OpenLog } from "../logs/live/live-logs.ts";
import { LogView } from "../logs/view/LogView.tsx";
import { DeploymentActions } from "./DeploymentActions.tsx";
import type { DeploymentDeeds } from "./deployment-actions.ts";
import { labelOf, lookOf, lookOfStatus } from "./deployment-list.ts";
import { createProcessHistory } from "./process-history.ts";

/** Lines of history a log begins with, and figures kept for the charts. */
const TAIL = 1_000;
const SAMPLES = 200;

export interface DeploymentPaneProps {
  deployment: Deployment;
  /** When the list was read last, in milliseconds since the epoch. */
  readAt: number;
  deeds: DeploymentDeeds;
  onClose: () => void;
}

/** One deployment: its log, its processes, its settings. */
export function DeploymentPane(props: DeploymentPaneProps) {
  const look = () => lookOf(props.deployment);
  const id = createMemo(() => props.deployment.id);
  const name = createMemo(() => props.deployment.name);
  const source = createMemo((): OpenLog => {
    const [current, currentName] = [id(), name()];
    return ({ onLogs, ...handlers }) =>
      deploymentsWS.subscribeLogs(current, currentName, onLogs, { tail: TAIL, ...handlers });
  });
  return (
    <>
      <DetailHead
        title={
          <>
            <StatusDot tone={look().tone} pulse={look().pulse} label={look().text} />
            <span class="truncate">{labelOf(props.deployment)}</span>
          </>
        }
        note={`${visibleName(props.deployment.script)} · ${props.deployment.mode} · ${look().text}`}
        actions={<DeploymentActions deployment={props.deployment} deeds={props.deeds} size="md" />}
        onClose={props.onClose}
      />
      <Tabs
        label={`Parts of ${props.deployment.name}`}
        tabs={[
          { id: "logs", label: "Logs", content: () => <LogView name={name()} source={source()} /> },
          { id: "processes", label: "Processes", content: () => <ProcessesTab {...props} /> },
        ]}
      />
    </>
  );
}

const columns: Column<DeploymentInstance>[] = [
  {
    id: "pmId",
    title: "Id",
    cell: (one) => <span class="num">{one.pmId}</span>,
    sortBy: (one) => one.pmId,
    width: "tight",
  },
  {
    id: "status",
    title: "Status",
    cell: (one) => (
      <Status tone={lookOfStatus(one.status).tone} pulse={lookOfStatus(one.status).pulse}>
        {lookOfStatus(one.status).text}
      </Status>
    ),
    sortBy: (one) => one.status,
  },
  {
    id: "pid",
    title: "Process",
    cell: (one) => <span class="num">{one.pid ?? "–"}</span>,
    only: "middle",
    align: "end",
  },
  {
    id: "cpu",
    title: "CPU",
    cell: (one) => <span class="num">{formatPercent(one.cpuPercent)}</span>,
    sortBy: (one) => one.cpuPercent,
    align: "end",
  },
  {
    id: "memory",
    title: "Memory",
    cell: (one) => <span class="num">{formatBytes(one.memoryBytes)}</span>,
    sortBy: (one) => one.memoryBytes,
    align: "end",
  },
  {
    id: "restarts",
    title: "Restarts",
    cell: (one) => <span class="num">{one.restarts}</span>,
    sortBy: (one) => one.restarts,
    align: "end",
    only: "middle",
  },
  {
    id: "started",
    title: "Started",
    cell: (one) => <span title={formatDateTime(one.startedAt)}>{formatAgo(one.startedAt)}</span>,
    sortBy: (one) => one.startedAt ?? "",
    only: "wide",
  },
];

function ProcessesTab(props: DeploymentPaneProps) {
  const samples = createProcessHistory(
    () => props.deployment,
    () => props.readAt,
    SAMPLES,
  );
  const times = createMemo(() => samples().map(({ time }) => time));
  return (
    <div class="detail-scroll">
      <Card flush>
        <DataTable
          label={`Processes of ${props.deployment.name}`}
          columns={columns}
          rows={props.deployment.instances}
          key={(one) => String(one.pmId)}
          initialSort={{ column: "pmId" }}
        />
      </Card>
      <div class="detail-columns">
        <Card title="CPU">
          <TimeChart
            label="CPU"
            times={times()}
            series={[{ label: "CPU", values: samples().map(({ cpuPercent }) => cpuPercent) }]}
            format={formatPercent}
            height={130}
          />
        </Card>
        <Card title="Memory">
          <TimeChart
            label="Memory"
            times={times()}
            series={[{ label: "Memory", values: samples().map(({ memoryBytes }) => memoryBytes) }]}
            format={formatBytes}
            steps="binary"
            height={130}
          />
        </Card>
      </div>
      <Card title="Settings">
        <Facts
          rows={[
            ["Script", <code>{visibleName(props.deployment.script)}</code>],
            ["Namespace", visibleName(props.deployment.namespace)],
            ["Mode", props.deployment.mode],
            ["Version", props.deployment.version ? visibleName(props.deployment.version) : "–"],
            ["Watches its files", props.deployment.watching ? "Yes" : "No"],
          ]}
        />
      </Card>
    </div>
  );
}
