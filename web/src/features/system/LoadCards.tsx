import { createMemo } from "solid-js";
import type { SystemStats } from "../../../../shared/protocol/system.ts";
import { formatBytes, formatCpu, formatDecimal, formatPercent, formatRate } from "../../lib/format.ts";
import { type ChartPeriod, widthOf } from "../../lib/history-range.ts";
import { Card } from "../../ui/Card.tsx";
import { TimeChart } from "../../ui/TimeChart.tsx";
import type { HostHistory } from "./host-history.ts";
import { chartMessages as texts } from "./messages.ts";

interface LoadCardProps {
  stats: SystemStats;
  history: HostHistory;
  period: ChartPeriod;
}

const Big = (props: { value: string; note: string }) => (
  <span class="big-number">
    <b class="num">{props.value}</b>
    <span class="faint num">{props.note}</span>
  </span>
);

/** Shows a second line with the peak within each point. */
interface PeakCardProps extends LoadCardProps {
  peaks: boolean;
}

export function CpuCard(props: PeakCardProps) {
  const series = createMemo(() => [
    { label: texts.cpu, values: props.history.cpu },
    ...(props.peaks ? [{ label: texts.peak, values: props.history.cpuMax }] : []),
  ]);
  const load = () => props.stats.cpu.loadAvg.map((value) => formatDecimal(value)).join(" ");
  return (
    <Card
      title={texts.cpu}
      class="system-wide"
      actions={<Big value={formatCpu(props.stats.cpu.usage)} note={texts.load(load())} />}
    >
      <TimeChart
        label={texts.cpuLabel}
        times={props.history.times}
        series={series()}
        format={formatCpu}
        max={100}
        {...widthOf(props.period)}
        height={190}
        plain={!props.peaks}
      />
    </Card>
  );
}

export function MemoryCard(props: PeakCardProps) {
  const series = createMemo(() => [
    { label: texts.memory, values: props.history.memory },
    ...(props.peaks ? [{ label: texts.peak, values: props.history.memoryMax }] : []),
    ...(props.stats.swap.total > 0 ? [{ label: texts.swap, values: props.history.swap }] : []),
  ]);
  return (
    <Card
      title={texts.memory}
      actions={
        <Big
          value={formatPercent(props.stats.memory.usagePercent)}
          note={texts.of(formatBytes(props.stats.memory.total))}
        />
      }
    >
      <TimeChart
        label={texts.memoryLabel}
        times={props.history.times}
        series={series()}
        format={formatBytes}
        steps="binary"
        max={props.stats.memory.total}
        {...widthOf(props.period)}
      />
    </Card>
  );
}

export function NetworkCard(props: LoadCardProps) {
  const series = createMemo(() => [
    { label: texts.in, values: props.history.rx },
    { label: texts.out, values: props.history.tx },
  ]);
  return (
    <Card title={texts.network}>
      <TimeChart
        label={texts.networkLabel}
        times={props.history.times}
        series={series()}
        format={formatRate}
        steps="binary"
        {...widthOf(props.period)}
      />
    </Card>
  );
}
