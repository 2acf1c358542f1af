import { createMemo, For, Show } from "solid-js";
import { formatBytes, formatCpu } from "../../../lib/format.ts";
import { toChartPeriod } from "../../../lib/history-range.ts";
import { useServices } from "../../../lib/queries.ts";
import { serverNow } from "../../../lib/server-time.ts";
import { visibleName } from "../../../lib/terminal-text.ts";
import type { TimeView } from "../../../lib/time-view.ts";
import { TimeChart } from "../../../ui/index.ts";
import { createOriginColours, originColour } from "../live/origin-colours.ts";
import { charts as texts } from "../messages.ts";
import { alignMetrics, createContainerMetrics } from "./container-metrics.ts";

/** Containers whose metrics are shown together. */
export const CHARTED_MAX = 6;
const HEIGHT = 46;

const parts = [
  { value: "cpu", label: texts.cpu, format: formatCpu },
  { value: "memory", label: texts.memory, format: formatBytes },
] as const;

/** CPU and memory of the containers of a log, on the axis of its histogram. */
export function LogCharts(props: { containers: readonly string[]; time: TimeView }) {
  const services = useServices();
  const charted = createMemo(() =>
    (services.data?.services ?? [])
      .filter(({ name }) => props.containers.includes(name))
      .map(({ name, id }) => ({ name, id })),
  );
  /** The axis of the histogram; a new one a few seconds later asks for nothing else. */
  const extent = () => props.time.extent() ?? [serverNow() - 3_600_000, serverNow()];
  const isOpen = () => props.time.range().until === undefined;
  const period = createMemo(
    () => {
      const [from, to] = extent();
      const since = new Date(from).toISOString();
      const { range } = toChartPeriod({ since, until: new Date(to).toISOString() }, serverNow());
      return { range, to: isOpen() ? undefined : to };
    },
    undefined,
    { equals: (left, right) => left?.range === right.range && left.to === right.to },
  );
  const metrics = createContainerMetrics(charted, period);
  const colours = createMemo(() => {
    const known = createOriginColours();
    known.know(props.containers);
    return known;
  });
  /** Of one container, the name of what is measured says enough. */
  const isMerged = () => props.containers.length > 1;
  const chartOf = (value: "cpu" | "memory") => {
    const { times, series } = alignMetrics(metrics() ?? [], value);
    const withColours = series.map((line) => ({
      ...line,
      label: isMerged() ? visibleName(line.label) : texts[value],
      colour: isMerged() ? originColour(colours().of(line.label)) : undefined,
    }));
    return { times, series: withColours };
  };
  return (
    <div class="log-charts">
      <Show when={metrics()?.length !== 0} fallback={<p class="log-histogram-hint">{texts.none}</p>}>
        <For each={parts}>
          {(part) => {
            const chart = createMemo(() => chartOf(part.value));
            return (
              <div class="log-chart">
                <Show when={isMerged()}>
                  <span class="log-chart-label">{part.label}</span>
                </Show>
                <TimeChart
                  label={part.label}
                  times={chart().times}
                  series={chart().series}
                  format={part.format}
                  from={extent()[0]}
                  to={extent()[1]}
                  height={HEIGHT}
                  bare
                />
              </div>
            );
          }}
        </For>
      </Show>
    </div>
  );
}
