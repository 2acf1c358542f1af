import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { createEffect, createSignal, For, on, onCleanup, onMount } from "solid-js";
import { dates } from "../lib/format.ts";
import { serverNow } from "../lib/server-time.ts";
import { theme } from "../lib/theme.ts";
import { createTimeKeys, type TimeMark, toBrushed, useTimeView } from "../lib/time-view.ts";
import { uiMessages } from "./messages.ts";

export interface ChartSeries {
  label: string;
  /** One value a time; null leaves a hole. */
  values: readonly (number | null)[];
  /** CSS colour; by its place among the others if omitted. */
  colour?: string;
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
  /** First and last instant of the width, in milliseconds since 1970, in place of `span`; an open end is that of the data. */
  from?: number | undefined;
  to?: number | undefined;
  /** No legend: for one line whose name stands beside it. */
  plain?: boolean;
  /** Neither axes nor margins: for a strip below another time axis of the same width. */
  bare?: boolean;
}

/** 1 to 512 of each unit from bytes to petabytes. */
const binarySteps = Array.from({ length: 60 }, (_, power) => 2 ** power);
const clock = dates({ timeStyle: "medium" });
const shortClock = dates({ timeStyle: "short" });
const calendar = dates({ month: "short", day: "numeric", hour: "2-digit" });
const HOUR_MS = 3_600_000;
const clockFor = (span = 0) => (span > 48 * HOUR_MS ? calendar : span > 2 * HOUR_MS ? shortClock : clock);
/** A shorter drag is a press, in pixels. */
const BRUSH_PX = 5;
/** Seconds the width stands for at least. */
const SHORTEST_SPAN = 60;
const AXIS_FONT = '11px "Geist Variable", system-ui, sans-serif';

/** Use `TimeChart`, which loads this on demand, and makes another one when other series are shown. */
export default function TimePlot(props: TimePlotProps) {
  let host: HTMLDivElement | undefined;
  let plot: uPlot | undefined;
  const [shown, setShown] = createSignal<number | null>(null);

  const view = useTimeView();

  const data = (): uPlot.AlignedData => [
    props.times.map((time) => time / 1000),
    ...props.series.map((line) => [...line.values]),
  ];
  const range = (): [number, number] => {
    const last = (props.times.at(-1) ?? serverNow()) / 1000;
    const first = (props.times[0] ?? serverNow()) / 1000;
    if (props.from !== undefined || props.to !== undefined) {
      const to = (props.to ?? serverNow()) / 1000;
      return [props.from === undefined ? first : props.from / 1000, to];
    }
    if (props.span === undefined) return [first, last];
    // A new chart grows to its span instead of being empty for minutes.
    return [Math.max(last - props.span / 1000, Math.min(first, last - SHORTEST_SPAN)), last];
  };
  const spoken = () => {
    const at = view?.cursor() ?? props.times.at(-1);
    const values = props.series.map((line) => `${line.label} ${formatted(valueAt(line), props.format)}`);
    return at === undefined ? "" : `${clock.format(at)}, ${values.join(", ")}`;
  };
  const valueAt = (line: ChartSeries) => line.values[shown() ?? line.values.length - 1] ?? null;

  const extent = (): readonly [number, number] | undefined => {
    const { min, max } = plot?.scales.x ?? {};
    return min == null || max == null ? undefined : [min * 1000, max * 1000];
  };
  const keys = view && createTimeKeys({ view, extent });
  const colourOf = (line: ChartSeries, index: number) => line.colour ?? `var(--chart-${(index % 6) + 1})`;

  /** Draws the line of the page's time here, wherever it is pointed at. */
  function showCursor(at: number | undefined): void {
    if (!plot) return;
    const left = at === undefined ? -10 : plot.valToPos(at / 1000, "x");
    const isInside = left >= 0 && left <= plot.over.clientWidth;
    plot.setCursor({ left: isInside ? left : -10, top: isInside ? 0 : -10 }, false);
    setShown(isInside ? (plot.cursor.idx ?? null) : null);
  }

  function make(): void {
    if (!host) return;
    plot?.destroy();
    // Canvas takes colours, not custom properties: a probe makes the browser resolve light-dark().
    const colour = colourProbe(host);
    const axis = {
      stroke: colour("var(--text-3)"),
      font: AXIS_FONT,
      grid: { stroke: colour("var(--line)"), width: 1 },
    };
    plot = new uPlot(
      {
        width: Math.max(host.clientWidth, 60),
        height: props.height ?? 160,
        padding: props.bare ? [4, 0, 0, 0] : [8, 22, 0, 0],
        legend: { show: false },
        cursor: { y: false, drag: { x: view !== undefined, y: false, setScale: false }, points: { size: 6 } },
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
            show: !props.bare,
            ticks: { show: false },
            size: 24,
            space: 84,
            values: (_plot, seconds) => seconds.map((time) => clockFor(props.span).format(time * 1000)),
          },
          {
            ...axis,
            show: !props.bare,
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
            const stroke = colour(colourOf(line, index));
            return {
              label: line.label,
              stroke,
              width: 1.5,
              ...(props.series.length <= 2 ? { fill: fade(stroke) } : {}),
              points: { show: false },
            };
          }),
        ],
        hooks: {
          setCursor: [
            (at: uPlot) => {
              setShown(at.cursor.idx ?? null);
              const left = at.cursor.left ?? -10;
              view?.setCursor(left < 0 ? undefined : at.posToVal(left, "x") * 1000);
            },
          ],
          setSelect: [
            (at: uPlot) => {
              const { left, width } = at.select;
              if (width < BRUSH_PX) return;
              at.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
              const timeAt = (place: number) => at.posToVal(place, "x") * 1000;
              view?.setRange(toBrushed(timeAt(left), timeAt(left + width)));
            },
          ],
          draw: [(at: uPlot) => view && drawMarks(at, view.marks(), colour)],
        },
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
  if (view) {
    createEffect(on(view.cursor, showCursor, { defer: true }));
    createEffect(on(view.marks, () => plot?.redraw(false), { defer: true }));
  }
  createEffect(on(theme.resolved, () => requestAnimationFrame(make), { defer: true }));
  createEffect(
    on([() => props.times, () => props.series, () => [props.from, props.to]], () => plot?.setData(data()), {
      defer: true,
    }),
  );

  return (
    <figure class="chart" aria-label={props.label}>
      <div class="chart-legend" classList={{ "visually-hidden": props.plain }}>
        <For each={props.series}>
          {(line, index) => (
            <span class={`chart-key series-${(index() % 6) + 1}`}>
              <i style={{ background: line.colour }} />
              {line.label}
              <b>{formatted(valueAt(line), props.format)}</b>
            </span>
          )}
        </For>
      </div>
      <div
        class="chart-plot"
        ref={host}
        {...(keys && {
          tabIndex: 0,
          role: "slider",
          "aria-label": `${props.label}: ${uiMessages.timeKeys}`,
          "aria-valuemin": props.times[0] ?? 0,
          "aria-valuemax": props.times.at(-1) ?? 0,
          "aria-valuenow": Math.round(view?.cursor() ?? props.times.at(-1) ?? 0),
          "aria-valuetext": spoken(),
          onKeyDown: keys.onKeyDown,
        })}
      />
    </figure>
  );
}

const formatted = (value: number | null, format: (value: number) => string) => (value === null ? "–" : format(value));

/** A dashed line where something happened. */
function drawMarks(plot: uPlot, marks: readonly TimeMark[], colour: (value: string) => string): void {
  const { min, max } = plot.scales.x ?? {};
  if (min == null || max == null) return;
  const { ctx } = plot;
  const { top, height } = plot.bbox;
  ctx.save();
  ctx.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio]);
  ctx.lineWidth = devicePixelRatio;
  for (const { at, tone } of marks) {
    if (at < min * 1000 || at > max * 1000) continue;
    ctx.strokeStyle = colour(tone === "neutral" ? "var(--text-3)" : `var(--${tone})`);
    const x = Math.round(plot.valToPos(at / 1000, "x", true));
    ctx.beginPath();
    ctx.moveTo(x, top);
    ctx.lineTo(x, top + height);
    ctx.stroke();
  }
  ctx.restore();
}

function colourProbe(host: HTMLElement): (value: string) => string {
  const known = new Map<string, string>();
  return (value) => {
    const cached = known.get(value);
    if (cached !== undefined) return cached;
    const probe = document.createElement("i");
    probe.hidden = true;
    probe.style.color = value;
    host.append(probe);
    const resolved = getComputedStyle(probe).color;
    probe.remove();
    known.set(value, resolved);
    return resolved;
  };
}

const fade = (colour: string) => `color-mix(in oklab, ${colour}, transparent 88%)`;
