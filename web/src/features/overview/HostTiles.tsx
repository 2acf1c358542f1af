import { type JSX, Show } from "solid-js";
import type { SystemStats } from "../../../../shared/protocol/system.ts";
import { formatBytes, formatDuration, formatPercent, formatRate } from "../../lib/format.ts";
import { loadTone } from "../../ui/Meter.tsx";
import { Sparkline } from "../../ui/Sparkline.tsx";
import type { HostStats } from "../system/host-stats.ts";
import { trafficOf } from "../system/stats-history.ts";

/** Samples in the small lines: the most, and as many as the width stands for at least. */
const SHOWN = 60;
const SHOWN_MIN = 15;

/** CPU, memory, network and load in four small lines. */
export function HostTiles(props: { host: HostStats; onOpen: () => void }) {
  const recent = (series: "cpu" | "memory" | "rx" | "tx") => props.host.history()[series].slice(-SHOWN);
  const span = () => Math.max(SHOWN_MIN, recent("cpu").length);
  const percentOfMemory = () => {
    const total = props.host.latest()?.memory.total ?? 1;
    return recent("memory").map((used) => (used / total) * 100);
  };
  const traffic = () => recent("rx").map((rx, index) => rx + (recent("tx")[index] ?? 0));
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
        <Sparkline
          label="CPU usage"
          values={recent("cpu")}
          max={100}
          span={span()}
          tone={loadTone(props.host.latest()?.cpu.usage ?? 0)}
        />
      </Tile>
      <Tile
        label="Memory"
        value={value((stats) => formatPercent(stats.memory.usagePercent))}
        note={value((stats) => `${formatBytes(stats.memory.used)} of ${formatBytes(stats.memory.total)}`)}
        onOpen={props.onOpen}
      >
        <Sparkline
          label="Memory usage"
          values={percentOfMemory()}
          max={100}
          span={span()}
          tone={loadTone(props.host.latest()?.memory.usagePercent ?? 0)}
        />
      </Tile>
      <Tile
        label="Network"
        value={value((stats) => formatRate(trafficOf(stats).rx))}
        note={value((stats) => `in, ${formatRate(trafficOf(stats).tx)} out`)}
        onOpen={props.onOpen}
      >
        <Sparkline label="Network traffic" values={traffic()} span={span()} tone="info" />
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
