import { createMemo } from "solid-js";
import type { Deployment } from "../../../../shared/protocol/deployment.ts";
import { createTitle } from "../../lib/page-title.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { createTimeView } from "../../lib/time-view.ts";
import { createAddressRange } from "../../resource/address-range.ts";
import { createAddressTab } from "../../resource/address-value.ts";
import { Tabs } from "../../ui/index.ts";
import { DetailHead, StatusTitle } from "../../ui/MasterDetail.tsx";
import { activityTab } from "../activity/TargetActivity.tsx";
import { TargetLogs } from "../logs/TargetLogs.tsx";
import { DeploymentButtons } from "./DeploymentButtons.tsx";
import { DetailsTab } from "./DetailsTab.tsx";
import type { DeploymentActions } from "./deployment-actions.ts";
import { deploymentName, statusDisplay } from "./deployment-list.ts";
import { InstancesTab } from "./InstancesTab.tsx";
import { deploymentLabels, paneTitle } from "./messages.ts";

const none: readonly string[] = [];

export interface DeploymentPaneProps {
  deployment: Deployment;
  /** Time of the last read of the list, in milliseconds since the epoch. */
  readAt: number;
  actions: DeploymentActions;
  onClose: () => void;
}

/** One deployment: its log, processes and settings. */
export function DeploymentPane(props: DeploymentPaneProps) {
  const display = () => statusDisplay(props.deployment);
  const [tab, setTab] = createAddressTab(() => ["logs", "instances", "details", "activity"] as const, "logs");
  createTitle(() => paneTitle(visibleName(deploymentName(props.deployment)), tab()));
  const { range, setRange } = createAddressRange();
  const time = createTimeView({ range, setRange });
  const id = createMemo(() => props.deployment.id);
  const name = createMemo(() => props.deployment.name);
  const processes = createMemo(() => [id()]);
  return (
    <>
      <DetailHead
        title={<StatusTitle status={display()} name={deploymentName(props.deployment)} />}
        note={`${visibleName(props.deployment.script)} · ${props.deployment.mode} · ${display().text}`}
        actions={<DeploymentButtons deployment={props.deployment} actions={props.actions} size="md" />}
        onClose={props.onClose}
      />
      <Tabs
        label={`Parts of ${props.deployment.name}`}
        value={tab()}
        onChange={(next) => setTab(next as ReturnType<typeof tab>)}
        tabs={[
          {
            id: "logs",
            label: deploymentLabels.logs,
            content: () => <TargetLogs name={name()} containers={none} processes={processes()} time={time} />,
          },
          {
            id: "instances",
            label: deploymentLabels.instances,
            content: () => <InstancesTab deployment={props.deployment} readAt={props.readAt} time={time} />,
          },
          {
            id: "details",
            label: deploymentLabels.details,
            content: () => <DetailsTab deployment={props.deployment} />,
          },
          activityTab("deployment", id),
        ]}
      />
    </>
  );
}
