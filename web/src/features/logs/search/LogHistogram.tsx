import { createEffect, createMemo, createSignal, on, onCleanup, Show } from "solid-js";
import type { LogBucket, LogHistogramAnswer } from "../../../../../shared/protocol/log-search.ts";
import { api } from "../../../lib/api.ts";
import { containerParameters } from "../stored/stored-history.ts";
import { toClock } from "../view/line-time.ts";
import type { LogControls } from "../view/log-controls.ts";
import { toParameters, toStoredQuery } from "./log-query.ts";

export interface LogHistogramProps {
  containers: readonly string[];
  controls: LogControls;
  /** Times of the first and last visible line, in milliseconds since 1970. */
  view: readonly [first: number, last: number] | undefined;
  onGo: (at: number) => void;
}

const BUCKETS = 120;
const HEIGHT = 36;
/** Refresh interval of a histogram that includes the present, in milliseconds. */
const REFRESH_MS = 15_000;
/** Shorter moves of the pointer are a press, in shares of the width. */
const DRAG_MIN = 0.012;

type Tally = [rest: number, warnings: number, errors: number];

const tally = ({ counts }: LogBucket): Tally => [
  (counts.trace ?? 0) + (counts.debug ?? 0) + (counts.info ?? 0) + (counts.unknown ?? 0),
  counts.warn ?? 0,
  (counts.error ?? 0) + (counts.fatal ?? 0),
];
const sum = (counts: Tally) => counts[0] + counts[1] + counts[2];

/** Outline of one layer of the bars; `below` counts what stands under it. */
function outline(tallies: readonly Tally[], layer: 0 | 1 | 2, highest: number): string {
  // The square root keeps a few errors visible beside a flood.
  const up = (count: number) => (HEIGHT * Math.sqrt(count)) / Math.sqrt(highest);
  return tallies
    .map((counts, index) => {
      if (counts[layer] === 0) return "";
      const above = counts.slice(layer + 1).reduce((all, count) => all + count, 0);
      const bottom = HEIGHT - up(above);
      const top = Math.min(HEIGHT - up(above + counts[layer]), bottom - 1.5);
      return `M${index + 0.1} ${bottom.toFixed(2)}V${top.toFixed(2)}h.8V${bottom.toFixed(2)}z`;
    })
    .join("");
}

/** How many lines were written when, errors and warnings apart; a press goes to a time, a drag chooses a range. */
export function LogHistogram(props: LogHistogramProps) {
  const [tick, setTick] = createSignal(0);
  const timer = setInterval(() => {
    if (!document.hidden && props.controls.query().until === undefined) setTick((count) => count + 1);
  }, REFRESH_MS);
  onCleanup(() => clearInterval(timer));
  // No resource: reading one suspends the page, which takes the focus out of the log.
  const [shown, setShown] = createSignal<LogHistogramAnswer>();
  const asked = createMemo(() => [
    ...containerParameters(props.containers),
    ...toParameters(toStoredQuery(props.controls.query())),
  ]);
  createEffect(
    on([asked, tick], ([query]) => {
      const abort = new AbortController();
      onCleanup(() => abort.abort());
      // A strip is an aid: without it the log is still there.
      api.logs.histogram([...query, ["buckets", String(BUCKETS)]], abort.signal).then(setShown, () => {});
    }),
  );
  const tallies = createMemo(() => shown()?.buckets.map(tally) ?? []);
  const highest = createMemo(() => Math.max(1, ...tallies().map(sum)));
  const span = createMemo((): readonly [number, number] => {
    const held = shown();
    return held ? [Date.parse(held.from), Math.max(Date.parse(held.to), Date.parse(held.from) + 1)] : [0, 1];
  });
  const shareOf = (at: number) => Math.min(1, Math.max(0, (at - span()[0]) / (span()[1] - span()[0])));
  const timeOf = (share: number) => span()[0] + share * (span()[1] - span()[0]);

  const [hover, setHover] = createSignal<number>();
  const [drag, setDrag] = createSignal<readonly [number, number]>();
  const at = (event: PointerEvent & { currentTarget: Element }) => {
    const box = event.currentTarget.getBoundingClientRect();
    return Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
  };
  const end = () => {
    const [from, to] = drag() ?? [0, 0];
    setDrag(undefined);
    if (Math.abs(to - from) < DRAG_MIN) return props.onGo(timeOf(from));
    const iso = (share: number) => new Date(timeOf(share)).toISOString();
    props.controls.change({ since: iso(Math.min(from, to)), until: iso(Math.max(from, to)) });
  };
  const hint = () => {
    const share = hover();
    const held = shown();
    const index = share === undefined ? -1 : Math.min(tallies().length - 1, Math.floor(share * tallies().length));
    const [bucket, counts] = [held?.buckets[index], tallies()[index]];
    if (!bucket || !counts) return undefined;
    const parts = [
      `${sum(counts).toLocaleString()} lines`,
      ...(counts[2] > 0 ? [`${counts[2].toLocaleString()} errors`] : []),
      ...(counts[1] > 0 ? [`${counts[1].toLocaleString()} warnings`] : []),
    ];
    const mode = props.controls.times() === "utc" ? "utc" : "local";
    return `${toClock(bucket.time, mode).replace(/\.\d+$/, "")} · ${parts.join(", ")}`;
  };

  return (
    <div class="log-histogram">
      <Show when={tallies().length > 0} fallback={<span class="log-histogram-hint">{shown() ? "No lines" : ""}</span>}>
        <svg
          viewBox={`0 0 ${tallies().length} ${HEIGHT}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={`${(shown()?.total ?? 0).toLocaleString()} lines over time`}
          onPointerDown={(event) => {
            event.currentTarget.setPointerCapture(event.pointerId);
            setDrag([at(event), at(event)]);
          }}
          onPointerMove={(event) => {
            setHover(at(event));
            const held = drag();
            if (held) setDrag([held[0], at(event)]);
          }}
          onPointerUp={() => drag() && end()}
          onPointerCancel={() => setDrag(undefined)}
          onPointerLeave={() => setHover(undefined)}
        >
          <Show when={props.view}>
            {(view) => (
              <rect
                class="log-histogram-view"
                x={shareOf(view()[0]) * tallies().length}
                width={Math.max(0.6, (shareOf(view()[1]) - shareOf(view()[0])) * tallies().length)}
                y="0"
                height={HEIGHT}
              />
            )}
          </Show>
          <path class="log-bar" d={outline(tallies(), 0, highest())} />
          <path class="log-bar-warn" d={outline(tallies(), 1, highest())} />
          <path class="log-bar-error" d={outline(tallies(), 2, highest())} />
          <Show when={drag()}>
            {(held) => (
              <rect
                class="log-histogram-drag"
                x={Math.min(...held()) * tallies().length}
                width={Math.abs(held()[1] - held()[0]) * tallies().length}
                y="0"
                height={HEIGHT}
              />
            )}
          </Show>
        </svg>
        <div class="log-histogram-axis">
          <span>{rough(span()[0])}</span>
          <span class="log-histogram-hint">{hint()}</span>
          <span>{rough(span()[1])}</span>
        </div>
      </Show>
    </div>
  );
}

const rough = (at: number) => toClock(new Date(at).toISOString(), "local").replace(/\.\d+$/, "");
