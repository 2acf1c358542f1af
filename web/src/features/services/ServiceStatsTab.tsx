import Activity from "lucide-solid/icons/activity";
import { createMemo, Show, untrack } from "solid-js";
import type { Service } from "../../../../shared/protocol/service.ts";
import { formatBytes, formatPercent, formatRate } from "../../lib/format.ts";
import { servicesWS } from "../../lib/ws-client.ts";
import { Card, EmptyState, Skeleton, TimeChart } from "../../ui/index.ts";
import { createContainerStats, type StatsSample, type SubscribeStats } from "./container-stats.ts";

/** Samples kept, one a second: five minutes. */
const SAMPLES = 300;

/** Live charts of one container. */
export function ServiceStatsTab(props: { service: Service }) {
  const key = createMemo(() =>
    JSON.stringify([props.service.id, props.service.name, props.service.state === "running"]),
  );
  const source = createMemo((): SubscribeStats | undefined => {
    key();
    const { id, name, state } = untrack(() => props.service);
    return state === "running" ? (onStats) => servicesWS.subscribeStats(id, name, onStats) : undefined;
  });
  const samples = createContainerStats(source, SAMPLES);
  return (
    <div class="detail-scroll">
      <Show
        when={props.service.state === "running"}
        fallback={
          <EmptyState icon={<Activity size={18} />} title="Not running">
            Its figures are shown here while it runs.
          </EmptyState>
        }
      >
        <Show when={samples().length > 0} fallback={<Skeleton lines={8} label="Waiting for the first sample" />}>
          <Charts samples={samples()} />
        </Show>
      </Show>
    </div>
  );
}

function Charts(props: { samples: readonly StatsSample[] }) {
  const times = createMemo(() => props.samples.map(({ time }) => time));
  const last = () => props.samples.at(-1);
  const limit = () => last()?.memoryLimitBytes ?? 0;
  const series = (pick: (sample: StatsSample) => number | null) => props.samples.map(pick);
  const span = SAMPLES * 1_000;
  return (
    <div class="detail-columns">
      <Card title="CPU">
        <TimeChart
          label="CPU"
          times={times()}
          series={[{ label: "CPU", values: series((sample) => sample.cpuPercent) }]}
          format={formatPercent}
          span={span}
        />
      </Card>
      <Card title="Memory" actions={<span class="count">{limit() > 0 ? `of ${formatBytes(limit())}` : ""}</span>}>
        <TimeChart
          label="Memory"
          times={times()}
          series={[{ label: "Memory", values: series((sample) => sample.memoryBytes) }]}
          format={formatBytes}
          steps="binary"
          span={span}
        />
      </Card>
      <Card title="Network">
        <TimeChart
          label="Network"
          times={times()}
          series={[
            { label: "Received", values: series((sample) => sample.rx) },
            { label: "Sent", values: series((sample) => sample.tx) },
          ]}
          format={formatRate}
          steps="binary"
          span={span}
        />
      </Card>
      <Card title="Block devices" actions={<span class="count">{last()?.pids ?? 0} processes</span>}>
        <TimeChart
          label="Block devices"
          times={times()}
          series={[
            { label: "Read", values: series((sample) => sample.read) },
            { label: "Written", values: series((sample) => sample.write) },
          ]}
          format={formatRate}
          steps="binary"
          span={span}
        />
      </Card>
    </div>
  );
}
