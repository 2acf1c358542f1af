import type { JSX } from "solid-js";
import type { HardwareInfo, SystemStats } from "../../../../shared/protocol/system.ts";
import { formatBytes, formatDateTime, formatDuration } from "../../lib/format.ts";
import { useSystemInfo } from "../../lib/queries.ts";
import { Card, Facts } from "../../ui/Card.tsx";

/** Maker, model and hypervisor, as far as the machine tells. */
function machineRow(hardware: HardwareInfo | null | undefined): [string, string][] {
  if (!hardware) return [];
  const { manufacturer, model, virtualization } = hardware;
  const name = [manufacturer, model].filter((text) => text !== "").join(" ");
  const text = [name, virtualization === "" ? "" : `on ${virtualization}`].filter((part) => part !== "").join(" ");
  return text === "" ? [] : [["Machine", text]];
}

export function HostFacts(props: { stats: SystemStats }) {
  const system = useSystemInfo();
  const rows = (): (readonly [string, JSX.Element])[] => {
    const info = system.data?.info;
    return [
      ["Host", <code>{info?.hostname ?? props.stats.hostname}</code>],
      ["System", info?.distribution ?? props.stats.platform],
      ["Kernel", <code>{info ? `${info.kernel} ${info.architecture}` : "–"}</code>],
      ...machineRow(info?.hardware),
      ["Processor", info ? `${info.cpuModel} × ${info.cpuCount}` : "–"],
      ["Memory", formatBytes(props.stats.memory.total)],
      [
        "Swap",
        props.stats.swap.total > 0
          ? `${formatBytes(props.stats.swap.used)} of ${formatBytes(props.stats.swap.total)}`
          : "none",
      ],
      ["Booted", info ? formatDateTime(info.bootedAt) : "–"],
      ["Up", formatDuration(props.stats.uptime)],
    ];
  };
  return (
    <Card title="Host">
      <Facts rows={rows()} />
    </Card>
  );
}
