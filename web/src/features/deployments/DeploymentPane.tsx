import { createMemo } from "solid-js";
import type { Deployment } from "../../../../shared/protocol/deployment.ts";
import { formatBytes, formatCpu } from "../../lib/format.ts";
import { useLive } from "../../lib/live-context.ts";
import { createTitle } from "../../lib/page-title.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { createAddressTab } from "../../resource/address-value.ts";
import { Card, DataTable, Facts, Tabs, TimeChart } from "../../ui/index.ts";
import { DetailHead, StatusTitle } from "../../ui/MasterDetail.tsx";
import { activityTab } from "../activity/TargetActivity.tsx";
import { LogPageLinks } from "../logs/BesideButton.tsx";
import type { OpenLog } from "../logs/live/live-logs.ts";
import { storage as logNotes } from "../logs/messages.ts";
import { LogView } from "../logs/view/LogView.tsx";
import { DeploymentButtons } from "./DeploymentButtons.tsx";
import type { DeploymentActions } from "./deployment-actions.ts";
import { deploymentName, statusDisplay } from "./deployment-list.ts";
import { deploymentLabels, paneTitle } from "./messages.ts";
import { processColumns } from "./process-columns.tsx";
import { createProcessHistory } from "./process-history.ts";

/** Lines of history that a log starts with, and samples that the charts show. */
const TAIL = 1_000;
const SAMPLES = 200;

export interface DeploymentPaneProps {
  deployment: Deployment;
  /** Time of the last read of the list, in milliseconds since the epoch. */
  readAt: number;
  actions: DeploymentActions;
  onClose: () => void;
}

/** One deployment: its log, processes and settings. */
export function DeploymentPane(props: DeploymentPaneProps) {
  const { deploymentsWS } = useLive();
  const display = () => statusDisplay(props.deployment);
  const [tab, setTab] = createAddressTab(() => ["logs", "instances", "activity"] as const, "logs");
  createTitle(() => paneTitle(visibleName(deploymentName(props.deployment)), tab()));
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
            content: () => (
              <LogView
                name={name()}
                source={source()}
                ownTimes
                note={`${logNotes.onlyProcesses} ${logNotes.roughTimes}`}
                tools={<LogPageLinks shown={{ containers: [], processes: [id()] }} />}
              />
            ),
          },
          { id: "instances", label: deploymentLabels.instances, content: () => <ProcessesTab {...props} /> },
          activityTab("deployment", id),
        ]}
      />
    </>
  );
}

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
          label={`Instances of ${props.deployment.name}`}
          columns={processColumns}
          rows={props.deployment.instances}
          key={({ pmId }) => String(pmId)}
          initialSort={{ column: "pmId" }}
        />
      </Card>
      <div class="detail-columns">
        <Card title={deploymentLabels.cpu}>
          <TimeChart
            label={deploymentLabels.cpu}
            times={times()}
            series={[{ label: deploymentLabels.cpu, values: samples().map(({ cpuPercent }) => cpuPercent) }]}
            format={formatCpu}
            height={130}
          />
        </Card>
        <Card title={deploymentLabels.memory}>
          <TimeChart
            label={deploymentLabels.memory}
            times={times()}
            series={[{ label: deploymentLabels.memory, values: samples().map(({ memoryBytes }) => memoryBytes) }]}
            format={formatBytes}
            steps="binary"
            height={130}
          />
        </Card>
      </div>
      <Card title={deploymentLabels.settings}>
        <Facts
          rows={[
            ["Script", <code>{visibleName(props.deployment.script)}</code>],
            ["Namespace", visibleName(props.deployment.namespace)],
            ["Mode", props.deployment.mode],
            ["Version", props.deployment.version ? visibleName(props.deployment.version) : "–"],
            ["Watch mode", props.deployment.watching ? "Yes" : "No"],
          ]}
        />
      </Card>
    </div>
  );
}
