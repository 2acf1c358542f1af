import type { JSX } from "solid-js";
import type { HardwareInfo, SystemStats } from "../../../../shared/protocol/system.ts";
import { formatBytes, formatDateTime, formatDuration } from "../../lib/format.ts";
import { useSystemInfo } from "../../lib/queries.ts";
import { Card, Facts } from "../../ui/Card.tsx";
import { hostMessages as texts } from "./messages.ts";

/** Manufacturer, model and hypervisor, as far as the machine reports them. */
function machineRow(hardware: HardwareInfo | null | undefined): [string, string][] {
  if (!hardware) return [];
  const { manufacturer, model, virtualization } = hardware;
  const name = [manufacturer, model].filter((text) => text !== "").join(" ");
  const text = texts.machineOn(name, virtualization);
  return text === "" ? [] : [[texts.machine, text]];
}

/** What is fixed about the host: names, versions, sizes. */
export function HostFacts(props: { stats: SystemStats }) {
  const system = useSystemInfo();
  const rows = (): (readonly [string, JSX.Element])[] => {
    const info = system.data?.info;
    return [
      [texts.hostname, <code>{info?.hostname ?? props.stats.hostname}</code>],
      [texts.system, info?.distribution ?? props.stats.platform],
      [texts.kernel, <code>{info ? `${info.kernel} ${info.architecture}` : "–"}</code>],
      ...machineRow(info?.hardware),
      [texts.processor, info ? `${info.cpuModel} × ${info.cpuCount}` : "–"],
      [texts.memory, formatBytes(props.stats.memory.total)],
      [
        texts.swap,
        props.stats.swap.total > 0
          ? texts.swapUsed(formatBytes(props.stats.swap.used), formatBytes(props.stats.swap.total))
          : texts.noSwap,
      ],
      [texts.booted, info ? formatDateTime(info.bootedAt) : "–"],
      [texts.uptime, formatDuration(props.stats.uptime)],
    ];
  };
  return (
    <Card title={texts.title}>
      <Facts rows={rows()} />
    </Card>
  );
}
