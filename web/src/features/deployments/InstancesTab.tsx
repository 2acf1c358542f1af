import { createMemo } from "solid-js";
import type { Deployment } from "../../../../shared/protocol/deployment.ts";
import type { HistoryRange } from "../../../../shared/protocol/stats-history.ts";
import { api } from "../../lib/api.ts";
import { formatBytes, formatCpu } from "../../lib/format.ts";
import { createChartPeriod, createPast, hasPeaks, joinPast, spanOf, widthOf } from "../../lib/history-range.ts";
import { useNow } from "../../lib/now.ts";
import type { TimeView } from "../../lib/time-view.ts";
import { RangeSwitch } from "../../resource/RangeSwitch.tsx";
import { Card, type ChartSeries, DataTable, TimeChart } from "../../ui/index.ts";
import { deploymentLabels as labels } from "./messages.ts";
import { processColumns } from "./process-columns.tsx";
import { createProcessHistory } from "./process-history.ts";

export interface InstancesTabProps {
  deployment: Deployment;
  /** Time of the last read of the list, in milliseconds since the epoch. */
  readAt: number;
  time: TimeView;
}

/** Samples in memory: ten minutes, one each time the list is read. */
const SAMPLES = 200;
const names = ["cpu", "cpuMax", "memory", "memoryMax"] as const;

/** The processes of a deployment, and what they use together, now and over the last seven days. */
export function InstancesTab(props: InstancesTabProps) {
  const now = useNow();
  const period = createChartPeriod(props.time.range, now);
  const range = () => period().range;
  const samples = createProcessHistory(
    () => props.deployment,
    () => props.readAt,
    SAMPLES,
  );
  const id = createMemo(() => props.deployment.id);
  const fetchPast = createMemo(() => {
    const current = id();
    return (asked: HistoryRange) => api.deployments.history(current, asked);
  });
  const past = createPast(range, fetchPast);
  const joined = createMemo(() => {
    const live = samples();
    const cpu = live.map(({ cpuPercent }) => cpuPercent);
    const memory = live.map(({ memoryBytes }) => memoryBytes);
    const columns = { times: live.map(({ time }) => time), cpu, cpuMax: cpu, memory, memoryMax: memory };
    return joinPast(past(), columns, names, { span: spanOf[range()], now: live.at(-1)?.time ?? Date.now() });
  });
  const withPeak = (line: ChartSeries, values: ChartSeries["values"]) =>
    hasPeaks(range()) ? [line, { label: labels.peak, values }] : [line];
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
      <RangeSwitch view={props.time} />
      <div class="detail-columns">
        <Card title={labels.cpu}>
          <TimeChart
            label={labels.cpu}
            times={joined().times}
            series={withPeak({ label: labels.cpu, values: joined().cpu }, joined().cpuMax)}
            format={formatCpu}
            height={130}
            {...widthOf(period())}
          />
        </Card>
        <Card title={labels.memory}>
          <TimeChart
            label={labels.memory}
            times={joined().times}
            series={withPeak({ label: labels.memory, values: joined().memory }, joined().memoryMax)}
            format={formatBytes}
            steps="binary"
            height={130}
            {...widthOf(period())}
          />
        </Card>
      </div>
    </div>
  );
}
