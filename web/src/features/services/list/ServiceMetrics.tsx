import { createEffect, createMemo, onCleanup, Show, untrack } from "solid-js";
import type { Service } from "../../../../../shared/protocol/service.ts";
import { formatBytes, formatPercent, formatRate } from "../../../lib/format.ts";
import { useLive } from "../../../lib/live-context.ts";
import { Sparkline } from "../../../ui/index.ts";
import { createContainerStats, type SubscribeStats } from "../container-stats.ts";
import type { ServiceColumns } from "./service-columns.ts";
import type { ServiceUsages } from "./service-usage.ts";

const SPARK_SAMPLES = 40;

export interface ServiceFiguresProps {
  service: Service;
  /** Shows live samples; otherwise the values of the last list. */
  live: boolean;
  columns: ServiceColumns;
  usages: ServiceUsages;
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
  const samples = createContainerStats(source, SPARK_SAMPLES);
  const last = () => samples().at(-1);
  const usage = () => last() ?? props.service.usage;
  createEffect(() => {
    const sample = last();
    if (sample) onCleanup(props.usages.measured(props.service.id, sample));
  });
  return (
    <>
      <td class="cell-middle cell-spark">
        <Show when={usage()} fallback={<span class="faint">–</span>}>
          {(used) => (
            <span class="spark">
              <Show when={last()}>
                <Sparkline
                  label={`CPU of ${props.service.name}`}
                  values={samples().map(({ cpuPercent }) => cpuPercent)}
                  max={Math.max(10, ...samples().map(({ cpuPercent }) => cpuPercent))}
                  span={SPARK_SAMPLES}
                />
              </Show>
              <span class="num">{formatPercent(used().cpuPercent)}</span>
            </span>
          )}
        </Show>
      </td>
      <td class="cell-middle cell-end num">
        <Show when={usage()} fallback={<span class="faint">–</span>}>
          {(used) => formatBytes(used().memoryBytes)}
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

/** Bytes a second in both directions; unknown until there are two samples. */
function Flow(props: {
  into: number | null | undefined;
  out: number | null | undefined;
  names: readonly [string, string];
}) {
  const text = (rate: number | null | undefined) => (rate == null ? "–" : formatRate(rate));
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
