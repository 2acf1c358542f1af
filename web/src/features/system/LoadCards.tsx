import { createMemo } from "solid-js";
import type { SystemStats } from "../../../../shared/protocol/system.ts";
import { formatBytes, formatPercent, formatRate } from "../../lib/format.ts";
import { Card } from "../../ui/Card.tsx";
import { TimeChart } from "../../ui/TimeChart.tsx";
import type { HostHistory } from "./host-history.ts";

interface LoadCardProps {
  stats: SystemStats;
  history: HostHistory;
  /** Milliseconds the charts stand for. */
  span: number;
}

const Big = (props: { value: string; note: string }) => (
  <span class="big-number">
    <b class="num">{props.value}</b>
    <span class="faint num">{props.note}</span>
  </span>
);

/** With a line for what was highest in each of the points. */
interface PeakCardProps extends LoadCardProps {
  peaks: boolean;
}

export function CpuCard(props: PeakCardProps) {
  const series = createMemo(() => [
    { label: "CPU", values: props.history.cpu },
    ...(props.peaks ? [{ label: "Highest", values: props.history.cpuMax }] : []),
  ]);
  const load = () => props.stats.cpu.loadAvg.map((value) => value.toFixed(2)).join(" ");
  return (
    <Card
      title="CPU"
      class="system-wide"
      actions={<Big value={formatPercent(props.stats.cpu.usage)} note={`load ${load()}`} />}
    >
      <TimeChart
        label="CPU usage over time"
        times={props.history.times}
        series={series()}
        format={formatPercent}
        max={100}
        span={props.span}
        height={190}
        plain={!props.peaks}
      />
    </Card>
  );
}

export function MemoryCard(props: PeakCardProps) {
  const series = createMemo(() => [
    { label: "Memory", values: props.history.memory },
    ...(props.peaks ? [{ label: "Highest", values: props.history.memoryMax }] : []),
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
        label="Memory used over time"
        times={props.history.times}
        series={series()}
        format={formatBytes}
        steps="binary"
        max={props.stats.memory.total}
        span={props.span}
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
        label="Network traffic over time"
        times={props.history.times}
        series={series()}
        format={formatRate}
        steps="binary"
        span={props.span}
      />
    </Card>
  );
}
