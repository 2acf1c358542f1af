import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { createEffect, createSignal, For, on, onCleanup, onMount } from "solid-js";
import { theme } from "../lib/theme.ts";

export interface ChartSeries {
  label: string;
  /** One value a time; null leaves a hole. */
  values: readonly (number | null)[];
}

export interface TimePlotProps {
  label: string;
  /** Milliseconds since the epoch, ascending, as long as every series. */
  times: readonly number[];
  series: readonly ChartSeries[];
  /** Writes a value for people; used on the axis and in the legend. */
  format: (value: number) => string;
  /** Axis steps of 1, 2, 5 or of powers of two. */
  steps?: "decimal" | "binary";
  /** Pixels. */
  height?: number;
  /** Top of the scale; the data decide when absent. */
  max?: number;
  /** Milliseconds the width stands for at most; older values run out on the left. */
  span?: number;
  /** No legend: for one line whose name stands beside it. */
  plain?: boolean;
}

/** 1 to 512 of each unit from bytes to petabytes. */
const binarySteps = Array.from({ length: 60 }, (_, power) => 2 ** power);
const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "medium", hourCycle: "h23" });
const shortClock = new Intl.DateTimeFormat(undefined, { timeStyle: "short", hourCycle: "h23" });
const calendar = new Intl.DateTimeFormat(undefined, {
  month: "short",
  day: "numeric",
  hour: "2-digit",
  hourCycle: "h23",
});
const HOUR_MS = 3_600_000;
const clockFor = (span = 0) => (span > 48 * HOUR_MS ? calendar : span > 2 * HOUR_MS ? shortClock : clock);
/** Seconds the width stands for at least. */
const SHORTEST_SPAN = 60;
const AXIS_FONT = '11px "Geist Variable", system-ui, sans-serif';

/** Use `TimeChart`, which loads this on demand, and makes another one when other series are shown. */
export default function TimePlot(props: TimePlotProps) {
  let host: HTMLDivElement | undefined;
  let plot: uPlot | undefined;
  const [shown, setShown] = createSignal<number | null>(null);

  const data = (): uPlot.AlignedData => [
    props.times.map((time) => time / 1000),
    ...props.series.map((line) => [...line.values]),
  ];
  const range = (): [number, number] => {
    const last = (props.times.at(-1) ?? Date.now()) / 1000;
    const first = (props.times[0] ?? Date.now()) / 1000;
    if (props.span === undefined) return [first, last];
    // A new chart grows to its span instead of being empty for minutes.
    return [Math.max(last - props.span / 1000, Math.min(first, last - SHORTEST_SPAN)), last];
  };
  const valueAt = (line: ChartSeries) => line.values[shown() ?? line.values.length - 1] ?? null;

  function make(): void {
    if (!host) return;
    plot?.destroy();
    // Canvas takes colours, not custom properties: a probe makes the browser resolve light-dark().
    const colour = colourProbe(host);
    const axis = { stroke: colour("--text-3"), font: AXIS_FONT, grid: { stroke: colour("--line"), width: 1 } };
    plot = new uPlot(
      {
        width: Math.max(host.clientWidth, 60),
        height: props.height ?? 160,
        padding: [8, 22, 0, 0],
        legend: { show: false },
        cursor: { y: false, drag: { setScale: false }, points: { size: 6 } },
        scales: {
          x: { range },
          y: {
            range: (_plot, min, max) =>
              props.max === undefined ? [Math.min(0, min ?? 0), (max || 1) * 1.12] : [0, props.max],
          },
        },
        axes: [
          {
            ...axis,
            ticks: { show: false },
            size: 24,
            space: 84,
            values: (_plot, seconds) => seconds.map((time) => clockFor(props.span).format(time * 1000)),
          },
          {
            ...axis,
            ticks: { show: false },
            size: 56,
            space: 30,
            ...(props.steps === "binary" ? { incrs: binarySteps } : {}),
            values: (_plot, values) => values.map((value) => props.format(value)),
          },
        ],
        series: [
          {},
          ...props.series.map((line, index) => {
            const stroke = colour(`--chart-${(index % 6) + 1}`);
            return {
              label: line.label,
              stroke,
              width: 1.5,
              ...(props.series.length <= 2 ? { fill: fade(stroke) } : {}),
              points: { show: false },
            };
          }),
        ],
        hooks: { setCursor: [(at: uPlot) => setShown(at.cursor.idx ?? null)] },
      },
      data(),
      host,
    );
  }

  onMount(() => {
    if (!host) return;
    make();
    const resized = new ResizeObserver(([entry]) => {
      if (entry && plot) plot.setSize({ width: Math.max(entry.contentRect.width, 60), height: props.height ?? 160 });
    });
    resized.observe(host);
    onCleanup(() => {
      resized.disconnect();
      plot?.destroy();
    });
  });
  createEffect(on(theme.resolved, () => requestAnimationFrame(make), { defer: true }));
  createEffect(on([() => props.times, () => props.series], () => plot?.setData(data()), { defer: true }));

  return (
    <figure class="chart" aria-label={props.label}>
      <div class="chart-legend" classList={{ "visually-hidden": props.plain }}>
        <For each={props.series}>
          {(line, index) => (
            <span class={`chart-key series-${(index() % 6) + 1}`}>
              <i />
              {line.label}
              <b>{formatted(valueAt(line), props.format)}</b>
            </span>
          )}
        </For>
      </div>
      <div class="chart-plot" ref={host} />
    </figure>
  );
}

const formatted = (value: number | null, format: (value: number) => string) => (value === null ? "–" : format(value));

function colourProbe(host: HTMLElement): (property: string) => string {
  return (property) => {
    const probe = document.createElement("i");
    probe.hidden = true;
    probe.style.color = `var(${property})`;
    host.append(probe);
    const value = getComputedStyle(probe).color;
    probe.remove();
    return value;
  };
}

const fade = (colour: string) => `color-mix(in oklab, ${colour}, transparent 88%)`;
