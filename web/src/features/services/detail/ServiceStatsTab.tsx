import Activity from "lucide-solid/icons/activity";
import { createMemo, Show, untrack } from "solid-js";
import type { Service } from "../../../../../shared/protocol/service.ts";
import type { HistoryRange } from "../../../../../shared/protocol/stats-history.ts";
import { api } from "../../../lib/api.ts";
import { formatBytes, formatCpu, formatRate } from "../../../lib/format.ts";
import {
  type ChartPeriod,
  createChartPeriod,
  createPast,
  extentOf,
  hasPeaks,
  joinPast,
  spanOf,
  widthOf,
} from "../../../lib/history-range.ts";
import { useLive } from "../../../lib/live-context.ts";
import { useNow } from "../../../lib/now.ts";
import { serverNow } from "../../../lib/server-time.ts";
import type { TimeView } from "../../../lib/time-view.ts";
import { RangeSwitch } from "../../../resource/RangeSwitch.tsx";
import { Card, type ChartSeries, EmptyState, Skeleton, TimeChart } from "../../../ui/index.ts";
import { EventList } from "../../events/EventList.tsx";
import { createLogMarks } from "../../logs/search/log-marks.ts";
import { createContainerStats, type StatsSample, type SubscribeStats } from "../container-stats.ts";
import { statsMessages as texts } from "../messages.ts";

/** Live samples in memory: five minutes, one per second. */
const SAMPLES = 300;
const names = ["cpu", "cpuMax", "memory", "memoryMax", "rx", "tx", "read", "write"] as const;

/** Charts of the resources that a container uses, now and over time. */
export function ServiceStatsTab(props: { service: Service; time: TimeView }) {
  const { servicesWS } = useLive();
  const time = props.time;
  const now = useNow();
  const period = createChartPeriod(time.range, now);
  const range = () => period().range;
  createLogMarks(time, () => [props.service.name], period);
  const key = createMemo(() =>
    JSON.stringify([props.service.id, props.service.name, props.service.state === "running"]),
  );
  const source = createMemo((): SubscribeStats | undefined => {
    key();
    const { id, name, state } = untrack(() => props.service);
    return state === "running" ? (onStats) => servicesWS.subscribeStats(id, name, onStats) : undefined;
  });
  const samples = createContainerStats(source, SAMPLES);
  const fetchPast = createMemo(() => {
    key();
    const { id } = untrack(() => props.service);
    return (asked: HistoryRange) => api.services.history(id, asked);
  });
  const past = createPast(range, fetchPast);
  const joined = createMemo(() => {
    const live = samples();
    const cpu = live.map(({ cpuPercent }) => cpuPercent);
    const memory = live.map(({ memoryBytes }) => memoryBytes);
    const columns = {
      times: live.map(({ time }) => time),
      cpu,
      cpuMax: cpu,
      memory,
      memoryMax: memory,
      rx: live.map(({ rx }) => rx),
      tx: live.map(({ tx }) => tx),
      read: live.map(({ read }) => read),
      write: live.map(({ write }) => write),
    };
    return joinPast(past(), columns, names, { span: spanOf[range()], now: live.at(-1)?.time ?? serverNow() });
  });
  const isEmpty = () => joined().times.length === 0;
  return (
    <div class="detail-scroll">
      <RangeSwitch view={time} />
      <Show
        when={!isEmpty()}
        fallback={
          <Show when={props.service.state !== "running"} fallback={<Skeleton lines={8} label={texts.waiting} />}>
            <EmptyState icon={<Activity size={18} />} title={texts.notRunning}>
              {texts.notRunningHint}
            </EmptyState>
          </Show>
        }
      >
        <Charts
          {...joined()}
          last={samples().at(-1)}
          limit={past()?.memoryLimit.at(-1)}
          period={period()}
          peaks={hasPeaks(range())}
        />
      </Show>
      <EventList from={extentOf(period(), now())[0]} to={extentOf(period(), now())[1]} />
    </div>
  );
}

type ChartsProps = ReturnType<typeof joinPast<(typeof names)[number]>> & {
  last: StatsSample | undefined;
  /** Last stored memory limit in bytes, for a container that does not run. */
  limit: number | undefined;
  period: ChartPeriod;
  peaks: boolean;
};

function Charts(props: ChartsProps) {
  const limit = () => props.last?.memoryLimitBytes ?? props.limit ?? 0;
  const withPeak = (line: ChartSeries, values: ChartSeries["values"]) =>
    props.peaks ? [line, { label: texts.peak, values }] : [line];
  return (
    <div class="detail-columns">
      <Card title={texts.cpu}>
        <TimeChart
          label={texts.cpu}
          times={props.times}
          series={withPeak({ label: texts.cpu, values: props.cpu }, props.cpuMax)}
          format={formatCpu}
          {...widthOf(props.period)}
        />
      </Card>
      <Card
        title={texts.memory}
        actions={<span class="count">{limit() > 0 ? texts.of(formatBytes(limit())) : ""}</span>}
      >
        <TimeChart
          label={texts.memory}
          times={props.times}
          series={withPeak({ label: texts.memory, values: props.memory }, props.memoryMax)}
          format={formatBytes}
          steps="binary"
          {...widthOf(props.period)}
        />
      </Card>
      <Card title={texts.network}>
        <TimeChart
          label={texts.network}
          times={props.times}
          series={[
            { label: texts.received, values: props.rx },
            { label: texts.sent, values: props.tx },
          ]}
          format={formatRate}
          steps="binary"
          {...widthOf(props.period)}
        />
      </Card>
      <Card
        title={texts.blockDevices}
        actions={<span class="count">{props.last ? texts.processes(props.last.pids) : ""}</span>}
      >
        <TimeChart
          label={texts.blockDevices}
          times={props.times}
          series={[
            { label: texts.read, values: props.read },
            { label: texts.written, values: props.write },
          ]}
          format={formatRate}
          steps="binary"
          {...widthOf(props.period)}
        />
      </Card>
    </div>
  );
}
