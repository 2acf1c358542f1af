import { createEffect, createMemo, onCleanup, Show, untrack } from "solid-js";
import type { Service } from "../../../../../shared/protocol/service.ts";
import type { UsageTrends } from "../../../../../shared/protocol/watch.ts";
import { columnBytes, columnRate, formatCpu, NO_VALUE } from "../../../lib/format.ts";
import { useLive } from "../../../lib/live-context.ts";
import { CPU_LEAST, TrendLine } from "../../../resource/TrendLine.tsx";
import { createContainerStats, type SubscribeStats } from "../container-stats.ts";
import { serviceLabels } from "../messages.ts";
import type { ServiceColumns } from "./service-columns.ts";
import type { ServiceUsages } from "./service-usage.ts";

/** The last one is shown. */
const SAMPLES = 2;

export interface ServiceFiguresProps {
  service: Service;
  /** Shows live samples; otherwise the values of the last list. */
  live: boolean;
  columns: ServiceColumns;
  usages: ServiceUsages;
  /** Null when no history is stored; undefined until the first response. */
  trends: UsageTrends | null | undefined;
}

/** Cells of what a container uses. */
export function ServiceUsageCells(props: ServiceFiguresProps) {
  const { servicesWS } = useLive();
  // The list is replaced on every change: only another container, or another state, is worth a new subscription.
  const key = createMemo(() =>
    props.live && props.service.state === "running" ? JSON.stringify([props.service.id, props.service.name]) : "",
  );
  const source = createMemo((): SubscribeStats | undefined => {
    if (key() === "") return undefined;
    const { id, name } = untrack(() => props.service);
    return (onStats) => servicesWS.subscribeStats(id, name, onStats);
  });
  const samples = createContainerStats(source, SAMPLES);
  const last = () => samples().at(-1);
  const usage = () => last() ?? props.service.usage;
  createEffect(() => {
    const sample = last();
    if (sample) onCleanup(props.usages.measured(props.service.id, sample));
  });
  const trend = createMemo(() => props.trends?.containers.find(({ name }) => name === props.service.name));
  return (
    <>
      <td class="cell-middle cell-end cell-spark">
        <span class="spark">
          <TrendLine
            label={serviceLabels.cpuOf(props.service.name)}
            trends={props.trends}
            values={trend()?.cpu}
            least={CPU_LEAST}
          />
          <span class="num">
            <Show when={usage()} fallback={<Unknown />}>
              {(used) => <>{formatCpu(used().cpuPercent)}</>}
            </Show>
          </span>
        </span>
      </td>
      <td class="cell-middle cell-end num">
        <Show when={usage()} fallback={<Unknown />}>
          {(used) => <>{columnBytes(used().memoryBytes)}</>}
        </Show>
      </td>
      <Show when={props.columns.network()}>
        <Flow into={last()?.rx} out={last()?.tx} names={["received", "sent"]} />
      </Show>
      <Show when={props.columns.disk()}>
        <Flow into={last()?.read} out={last()?.write} names={["read", "written"]} />
      </Show>
    </>
  );
}

const Unknown = () => <span class="faint">{NO_VALUE}</span>;

/** Bytes a second in both directions; unknown until there are two samples. */
function Flow(props: {
  into: number | null | undefined;
  out: number | null | undefined;
  names: readonly [string, string];
}) {
  const text = (rate: number | null | undefined) => (rate == null ? NO_VALUE : columnRate(rate));
  return (
    <td class="cell-middle cell-end num service-flow">
      <div title={props.names[0]}>
        <span aria-hidden="true">↓ </span>
        <span class="visually-hidden">{props.names[0]} </span>
        {text(props.into)}
      </div>
      <div class="faint" title={props.names[1]}>
        <span aria-hidden="true">↑ </span>
        <span class="visually-hidden">{props.names[1]} </span>
        {text(props.out)}
      </div>
    </td>
  );
}
