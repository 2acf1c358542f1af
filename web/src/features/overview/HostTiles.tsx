import { createMemo, type JSX, Show } from "solid-js";
import { sumTraffic } from "../../../../shared/metrics/traffic.ts";
import type { SystemStats } from "../../../../shared/protocol/system.ts";
import { formatBytes, formatDuration, formatPercent, formatRate } from "../../lib/format.ts";
import { spanOf } from "../../lib/history-range.ts";
import { loadTone } from "../../ui/Meter.tsx";
import { Sparkline } from "../../ui/Sparkline.tsx";
import { createHostHistory } from "../system/host-history.ts";
import type { HostStats } from "../system/host-stats.ts";
import { hostTileMessages as texts } from "./messages.ts";

/** CPU, memory and network of the last five minutes as sparklines, and the uptime of the host. */
export function HostTiles(props: { host: HostStats; onOpen: () => void }) {
  const history = createHostHistory(props.host, () => "5m");
  /** A sparkline connects the points on both sides of a gap. */
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
    <section class="pulse" aria-label={texts.host}>
      <Tile
        label={texts.cpu}
        value={value((stats) => formatPercent(stats.cpu.usage))}
        note={value((stats) => texts.cpuNote(stats.cpu.count, stats.cpu.loadAvg[0].toFixed(2)))}
        onOpen={props.onOpen}
      >
        <Sparkline label={texts.cpuLabel} {...cpu()} max={100} tone={loadTone(props.host.latest()?.cpu.usage ?? 0)} />
      </Tile>
      <Tile
        label={texts.memory}
        value={value((stats) => formatPercent(stats.memory.usagePercent))}
        note={value((stats) => texts.used(formatBytes(stats.memory.used), formatBytes(stats.memory.total)))}
        onOpen={props.onOpen}
      >
        <Sparkline
          label={texts.memoryLabel}
          {...memory()}
          max={props.host.latest()?.memory.total ?? 1}
          tone={loadTone(props.host.latest()?.memory.usagePercent ?? 0)}
        />
      </Tile>
      <Tile
        label={texts.network}
        value={value((stats) => formatRate(sumTraffic(stats.network).rx))}
        note={value((stats) => texts.networkNote(formatRate(sumTraffic(stats.network).tx)))}
        onOpen={props.onOpen}
      >
        <Sparkline label={texts.networkLabel} {...traffic()} tone="info" />
      </Tile>
      <Tile
        label={texts.uptime}
        value={value((stats) => formatDuration(stats.uptime))}
        note={value((stats) =>
          texts.swap(stats.swap.total > 0 ? formatPercent(stats.swap.usagePercent) : texts.swapOff),
        )}
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
