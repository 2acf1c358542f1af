import { Show } from "solid-js";
import type { Deployment } from "../../../../shared/protocol/deployment.ts";
import { columnBytes, formatCpu, formatDuration, NO_VALUE } from "../../lib/format.ts";
import { serverNow } from "../../lib/server-time.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { Badge, type Column, Status } from "../../ui/index.ts";
import { AlertBadge } from "../alerts/AlertBadge.tsx";
import { BesideLink } from "../logs/LogSelectionLinks.tsx";
import { DeploymentButtons } from "./DeploymentButtons.tsx";
import type { DeploymentActions } from "./deployment-actions.ts";
import { actionLabels, type DeploymentTotals, deploymentName, statusDisplay, totalsOf } from "./deployment-list.ts";
import { deploymentLabels, deploymentMessages } from "./messages.ts";

/** Ids of the processes beside which another log opens. */
type Shown = () => readonly string[];

/** Columns beside an open deployment. */
export const createNarrowColumns = (shown: Shown, several: () => boolean): Column<Deployment>[] => [
  {
    id: "name",
    title: deploymentLabels.name,
    sortBy: (deployment) => deployment.name,
    width: "clip",
    cell: (deployment) => (
      <Status tone={statusDisplay(deployment).tone} pulse={statusDisplay(deployment).pulse}>
        {deploymentName(deployment)}
        <Show when={several()}>
          <span class="faint"> · {visibleName(deployment.user)}</span>
        </Show>
      </Status>
    ),
  },
  {
    id: "actions",
    title: deploymentLabels.actions,
    titleHidden: true,
    width: "tight",
    cell: (deployment) => <BesideLink selection={{ processes: shown() }} process={deployment.id} />,
  },
];

/** PM2 reports zeros for a process that does not run. */
const ofOnline = (deployment: Deployment, format: (totals: DeploymentTotals) => string) => {
  const totals = totalsOf(deployment);
  return totals.online > 0 ? format(totals) : NO_VALUE;
};

/** @param several Whether processes of several users are listed: then each row says whose it is. */
export function createDeploymentColumns(
  actions: DeploymentActions,
  shown: Shown,
  several: () => boolean,
): Column<Deployment>[] {
  const display = (deployment: Deployment) => {
    const pending = actions.pending(deployment);
    return pending
      ? { tone: "info" as const, pulse: true, text: actionLabels[pending].doing }
      : statusDisplay(deployment);
  };
  return [
    {
      id: "name",
      title: deploymentLabels.name,
      sortBy: (deployment) => deployment.name,
      cell: (deployment) => (
        <div class="deployment-name">
          <div class="row">
            <b class="truncate">{deploymentName(deployment)}</b>
            <Show when={deployment.own}>
              <Badge tone="accent" title={deploymentMessages.ownPart}>
                panel
              </Badge>
            </Show>
            <AlertBadge kind="process" name={deployment.id} />
          </div>
          <div class="truncate faint deployment-note">
            <Show when={several()}>
              <span class="deployment-user">{visibleName(deployment.user)} · </span>
            </Show>
            {visibleName(deployment.script)}
          </div>
        </div>
      ),
    },
    {
      id: "user",
      title: deploymentLabels.user,
      only: "middle",
      sortBy: (deployment) => deployment.user,
      cell: (deployment) => <span class="truncate">{visibleName(deployment.user)}</span>,
    },
    {
      id: "status",
      title: deploymentLabels.status,
      sortBy: (deployment) => statusDisplay(deployment).text,
      cell: (deployment) => (
        <Status tone={display(deployment).tone} pulse={display(deployment).pulse}>
          {display(deployment).text}
        </Status>
      ),
    },
    {
      id: "instances",
      title: deploymentLabels.instances,
      only: "wide",
      sortBy: (deployment) => deployment.instances.length,
      cell: (deployment) => (
        <span class="num">
          {deployment.instances.length} <span class="faint">{deployment.mode}</span>
        </span>
      ),
    },
    {
      id: "cpu",
      title: deploymentLabels.cpu,
      only: "middle",
      align: "end",
      sortBy: (deployment) => totalsOf(deployment).cpuPercent,
      cell: (deployment) => <span class="num">{ofOnline(deployment, ({ cpuPercent }) => formatCpu(cpuPercent))}</span>,
    },
    {
      id: "memory",
      title: deploymentLabels.memory,
      only: "middle",
      align: "end",
      sortBy: (deployment) => totalsOf(deployment).memoryBytes,
      cell: (deployment) => (
        <span class="num">{ofOnline(deployment, ({ memoryBytes }) => columnBytes(memoryBytes))}</span>
      ),
    },
    {
      id: "restarts",
      title: deploymentLabels.restarts,
      only: "wide",
      align: "end",
      sortBy: (deployment) => totalsOf(deployment).restarts,
      cell: (deployment) => <span class="num">{totalsOf(deployment).restarts}</span>,
    },
    {
      id: "uptime",
      title: deploymentLabels.up,
      only: "wide",
      align: "end",
      sortBy: (deployment) => -(totalsOf(deployment).since ?? Number.POSITIVE_INFINITY),
      cell: (deployment) => {
        const { since } = totalsOf(deployment);
        return <span class="num">{since === null ? NO_VALUE : formatDuration((serverNow() - since) / 1000)}</span>;
      },
    },
    {
      id: "actions",
      title: deploymentLabels.actions,
      titleHidden: true,
      width: "tight",
      cell: (deployment) => (
        <span class="row-actions">
          <BesideLink selection={{ processes: shown() }} process={deployment.id} />
          <DeploymentButtons deployment={deployment} actions={actions} />
        </span>
      ),
    },
  ];
}
