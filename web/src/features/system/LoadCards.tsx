import { createMemo } from "solid-js";
import type { SystemStats } from "../../../../shared/protocol/system.ts";
import { formatBytes, formatPercent, formatRate } from "../../lib/format.ts";
import { Card } from "../../ui/Card.tsx";
import { TimeChart } from "../../ui/TimeChart.tsx";
import { HISTORY_MS } from "./host-stats.ts";
import type { StatsHistory } from "./stats-history.ts";

interface LoadCardProps {
  stats: SystemStats;
  history: StatsHistory;
}

const Big = (props: { value: string; note: string }) => (
  <span class="big-number">
    <b class="num">{props.value}</b>
    <span class="faint num">{props.note}</span>
  </span>
);

export function CpuCard(props: LoadCardProps) {
  const series = createMemo(() => [{ label: "CPU", values: props.history.cpu }]);
  const load = () => props.stats.cpu.loadAvg.map((value) => value.toFixed(2)).join(" ");
  return (
    <Card
      title="CPU"
      class="system-wide"
      actions={<Big value={formatPercent(props.stats.cpu.usage)} note={`load ${load()}`} />}
    >
      <TimeChart
        label="CPU usage over the last five minutes"
        times={props.history.times}
        series={series()}
        format={formatPercent}
        max={100}
        span={HISTORY_MS}
        height={190}
        plain
      />
    </Card>
  );
}

export function MemoryCard(props: LoadCardProps) {
  const series = createMemo(() => [
    { label: "Memory", values: props.history.memory },
    ...(props.stats.swap.total > 0 ? [{ label: "Swap", values: props.history.swap }] : []),
  ]);
  return (
    <Card
      title="Memory"
      actions={
        <Big
          value={formatPercent(props.stats.memory.usagePercent)}
          note={`of ${formatBytes(props.stats.memory.total)}`}
        />
      }
    >
      <TimeChart
        label="Memory used over the last five minutes"
        times={props.history.times}
        series={series()}
        format={formatBytes}
        steps="binary"
        max={props.stats.memory.total}
        span={HISTORY_MS}
      />
    </Card>
  );
}

export function NetworkCard(props: LoadCardProps) {
  const series = createMemo(() => [
    { label: "In", values: props.history.rx },
    { label: "Out", values: props.history.tx },
  ]);
  return (
    <Card title="Network">
      <TimeChart
        label="Network traffic over the last five minutes"
        times={props.history.times}
        series={series()}
        format={formatRate}
        steps="binary"
        span={HISTORY_MS}
      />
    </Card>
  );
}
