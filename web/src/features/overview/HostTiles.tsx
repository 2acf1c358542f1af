import { createMemo, type JSX, Show } from "solid-js";
import { sumTraffic } from "../../../../shared/metrics/traffic.ts";
import type { SystemStats } from "../../../../shared/protocol/system.ts";
import { formatBytes, formatDuration, formatPercent, formatRate } from "../../lib/format.ts";
import { spanOf } from "../../lib/history-range.ts";
import { loadTone } from "../../ui/Meter.tsx";
import { Sparkline } from "../../ui/Sparkline.tsx";
import { createHostHistory } from "../system/host-history.ts";
import type { HostStats } from "../system/host-stats.ts";

/** CPU, memory and network of the last minutes in small lines, and how long the host is up. */
export function HostTiles(props: { host: HostStats; onOpen: () => void }) {
  const history = createHostHistory(props.host, () => "5m");
  /** A small line continues over a hole. */
  const line = (read: (index: number) => number | null) => {
    const points = history().times.flatMap((time, index) => {
      const value = read(index);
      return value === null ? [] : [{ time, value }];
    });
    return { times: points.map(({ time }) => time), values: points.map(({ value }) => value), span: spanOf["5m"] };
  };
  const cpu = createMemo(() => line((index) => history().cpu[index] ?? null));
  const memory = createMemo(() => line((index) => history().memory[index] ?? null));
  const traffic = createMemo(() =>
    line((index) => {
      const rx = history().rx[index] ?? null;
      return rx === null ? null : rx + (history().tx[index] ?? 0);
    }),
  );
  const value = (read: (stats: SystemStats) => string) => {
    const stats = props.host.latest();
    return stats && read(stats);
  };
  return (
    <section class="pulse" aria-label="Host">
      <Tile
        label="CPU"
        value={value((stats) => formatPercent(stats.cpu.usage))}
        note={value((stats) => `${stats.cpu.count} cores, load ${stats.cpu.loadAvg[0].toFixed(2)}`)}
        onOpen={props.onOpen}
      >
        <Sparkline label="CPU usage" {...cpu()} max={100} tone={loadTone(props.host.latest()?.cpu.usage ?? 0)} />
      </Tile>
      <Tile
        label="Memory"
        value={value((stats) => formatPercent(stats.memory.usagePercent))}
        note={value((stats) => `${formatBytes(stats.memory.used)} of ${formatBytes(stats.memory.total)}`)}
        onOpen={props.onOpen}
      >
        <Sparkline
          label="Memory usage"
          {...memory()}
          max={props.host.latest()?.memory.total ?? 1}
          tone={loadTone(props.host.latest()?.memory.usagePercent ?? 0)}
        />
      </Tile>
      <Tile
        label="Network"
        value={value((stats) => formatRate(sumTraffic(stats.network).rx))}
        note={value((stats) => `in, ${formatRate(sumTraffic(stats.network).tx)} out`)}
        onOpen={props.onOpen}
      >
        <Sparkline label="Network traffic" {...traffic()} tone="info" />
      </Tile>
      <Tile
        label="Uptime"
        value={value((stats) => formatDuration(stats.uptime))}
        note={value((stats) => `swap ${stats.swap.total > 0 ? formatPercent(stats.swap.usagePercent) : "off"}`)}
        onOpen={props.onOpen}
      />
    </section>
  );
}

function Tile(props: {
  label: string;
  value: string | undefined;
  note: string | undefined;
  onOpen: () => void;
  children?: JSX.Element;
}) {
  return (
    <button type="button" class="pulse-tile" onClick={() => props.onOpen()}>
      <span class="pulse-label">{props.label}</span>
      <Show when={props.value} fallback={<span class="skeleton pulse-wait" />}>
        <b class="pulse-value num">{props.value}</b>
      </Show>
      <span class="faint num truncate">{props.note ?? " "}</span>
      <span class="pulse-line">{props.children}</span>
    </button>
  );
}
