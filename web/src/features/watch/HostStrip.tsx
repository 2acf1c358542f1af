import { A } from "@solidjs/router";
import { For, type JSX, Show } from "solid-js";
import { sumTraffic } from "../../../../shared/metrics/traffic.ts";
import type { SystemStats } from "../../../../shared/protocol/system.ts";
import type { UsageTrend, UsageTrends } from "../../../../shared/protocol/watch.ts";
import { formatBytes, formatCpu, formatDecimal, formatDuration, formatPercent, formatRate } from "../../lib/format.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { TrendLine } from "../../resource/TrendLine.tsx";
import { loadTone } from "../../ui/Meter.tsx";
import type { HostStats } from "../system/host-stats.ts";
import { hostMessages as texts } from "./messages.ts";

/** Disks that are shown; the fullest. */
const MAX_DISKS = 3;

/** The host in one line: the same live samples as on the System page. */
export function HostStrip(props: { host: HostStats; trends: UsageTrends | null | undefined }) {
  const trend = (): UsageTrend | null => props.trends?.host ?? null;
  return (
    <section class="host-strip" aria-label={texts.title}>
      <Show when={props.host.latest()} fallback={<span class="skeleton host-wait" />}>
        {(stats) => (
          <dl class="host-figures">
            <Figure label={texts.cpu} value={formatCpu(stats().cpu.usage)}>
              <TrendLine
                label={texts.cpuLabel}
                trends={props.trends}
                values={trend()?.cpu}
                max={100}
                tone={loadTone(stats().cpu.usage)}
              />
            </Figure>
            <Figure
              label={texts.load}
              value={stats()
                .cpu.loadAvg.map((load) => formatDecimal(load))
                .join(" ")}
              title={texts.loadHint(stats().cpu.count)}
            />
            <Figure
              label={texts.memory}
              value={formatPercent(stats().memory.usagePercent)}
              title={texts.of(formatBytes(stats().memory.used), formatBytes(stats().memory.total))}
            >
              <TrendLine
                label={texts.memoryLabel}
                trends={props.trends}
                values={trend()?.memory}
                max={stats().memory.total}
                tone={loadTone(stats().memory.usagePercent)}
              />
            </Figure>
            <Figure label={texts.swap} value={swapOf(stats())} />
            <For each={fullest(stats())}>
              {(disk) => (
                <Figure
                  label={`${texts.disk} ${visibleName(disk.mount)}`}
                  value={formatPercent(disk.usagePercent)}
                  title={texts.of(formatBytes(disk.used), formatBytes(disk.total))}
                />
              )}
            </For>
            <Figure
              label={texts.network}
              value={texts.traffic(formatRate(traffic(stats()).rx), formatRate(traffic(stats()).tx))}
              title={texts.received(formatRate(traffic(stats()).rx), formatRate(traffic(stats()).tx))}
            />
            <Figure label={texts.uptime} value={formatDuration(stats().uptime)} />
          </dl>
        )}
      </Show>
      <A class="host-open" href="/system">
        {texts.open}
      </A>
    </section>
  );
}

const traffic = ({ network }: SystemStats) => sumTraffic(network);
const swapOf = ({ swap }: SystemStats) => (swap.total > 0 ? formatPercent(swap.usagePercent) : texts.swapOff);
const fullest = ({ disks }: SystemStats) =>
  disks.toSorted((a, b) => b.usagePercent - a.usagePercent).slice(0, MAX_DISKS);

function Figure(props: { label: string; value: string; title?: string; children?: JSX.Element }) {
  return (
    <div class="host-figure" title={props.title}>
      <dt>{props.label}</dt>
      <dd class="num">{props.value}</dd>
      <Show when={props.children}>
        <dd class="host-line">{props.children}</dd>
      </Show>
    </div>
  );
}
