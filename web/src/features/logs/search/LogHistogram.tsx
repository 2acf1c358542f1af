import { createEffect, createMemo, createSignal, For, on, onCleanup, Show } from "solid-js";
import type { LogHistogramAnswer } from "../../../../../shared/protocol/log-search.ts";
import { api } from "../../../lib/api.ts";
import { createTimeKeys, type TimeView, toBrushed } from "../../../lib/time-view.ts";
import type { LogTargets } from "../log-targets.ts";
import { histogram as texts } from "../messages.ts";
import { targetParameters } from "../stored/stored-history.ts";
import { toClock } from "../view/line-time.ts";
import type { LogControls } from "../view/log-controls.ts";
import { barScale, outline, sum, tally } from "./histogram-bars.ts";
import { toTimeMarks } from "./log-marks.ts";
import { toParameters, toStoredQuery } from "./log-query.ts";
import { toMarkGroups } from "./mark-groups.ts";

export interface LogHistogramProps {
  targets: LogTargets;
  controls: LogControls;
  time: TimeView;
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

/** The histogram of the query, read again while it includes the present. */
function createHistogram(props: Pick<LogHistogramProps, "targets" | "controls">) {
  const [tick, setTick] = createSignal(0);
  const timer = setInterval(() => {
    if (!document.hidden && props.controls.query().until === undefined) setTick((count) => count + 1);
  }, REFRESH_MS);
  onCleanup(() => clearInterval(timer));
  // No resource: reading one suspends the page, which takes the focus out of the log.
  const [shown, setShown] = createSignal<LogHistogramAnswer>();
  createEffect(
    on([() => props.targets, props.controls.query, tick], ([targets, query]) => {
      const abort = new AbortController();
      onCleanup(() => abort.abort());
      const parameters = [...targetParameters(targets), ...toParameters(toStoredQuery(query))];
      // A strip is an aid: without it the log is still there.
      api.logs.histogram([...parameters, ["buckets", String(BUCKETS)]], abort.signal).then(setShown, () => {});
    }),
  );
  return shown;
}

/**
 * How many lines were written when, errors and warnings apart, and what happened meanwhile. A press goes to a time, a drag
 * chooses a range for all of the page.
 */
export function LogHistogram(props: LogHistogramProps) {
  const { time } = props;
  const shown = createHistogram(props);
  const tallies = createMemo(() => shown()?.buckets.map(tally) ?? []);
  const scale = createMemo(() => barScale(tallies()));
  const span = createMemo((): readonly [number, number] => {
    const held = shown();
    return held ? [Date.parse(held.from), Math.max(Date.parse(held.to), Date.parse(held.from) + 1)] : [0, 1];
  });
  const extent = () => (shown() ? span() : undefined);
  createEffect(() => time.setExtent(extent()));
  // What another part of the page found stays until these are known.
  createEffect(() => {
    const held = shown();
    if (held)
      time.setLogMarks(toTimeMarks(held.marks, props.targets.containers.length + props.targets.processes.length));
  });
  onCleanup(() => {
    time.setExtent(undefined);
    time.setLogMarks("unread");
  });
  const shareOf = (at: number) => Math.min(1, Math.max(0, (at - span()[0]) / (span()[1] - span()[0])));
  const timeOf = (share: number) => span()[0] + share * (span()[1] - span()[0]);
  const keys = createTimeKeys({ view: time, extent, onGo: props.onGo });

  const [drag, setDrag] = createSignal<readonly [number, number]>();
  const at = (event: PointerEvent & { currentTarget: Element }) => {
    const box = event.currentTarget.getBoundingClientRect();
    return Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
  };
  const end = () => {
    const [from, to] = drag() ?? [0, 0];
    setDrag(undefined);
    if (Math.abs(to - from) < DRAG_MIN) return props.onGo(timeOf(from));
    time.setRange(toBrushed(timeOf(from), timeOf(to)));
  };
  /** The part that is being selected, by pointer or keys, in shares of the width. */
  const brushed = () => drag() ?? (keys.selected()?.map(shareOf) as [number, number] | undefined);
  const cursor = () => {
    const instant = time.cursor();
    return instant === undefined || instant < span()[0] || instant > span()[1] ? undefined : shareOf(instant);
  };
  const clock = (instant: number) =>
    toClock(new Date(instant).toISOString(), props.controls.times() === "utc" ? "utc" : "local").replace(/\.\d+$/, "");
  const groups = createMemo(() => toMarkGroups(time.marks(), span()));
  const hint = () => {
    const share = cursor();
    const index = share === undefined ? -1 : Math.min(tallies().length - 1, Math.floor(share * tallies().length));
    const counts = tallies()[index];
    if (share === undefined || !counts) return texts.peak(scale().peak, scale().isLogarithmic);
    return `${clock(time.cursor() ?? 0)} · ${texts.counts(sum(counts), counts[2], counts[1])}`;
  };

  return (
    <div class="log-histogram">
      <Show when={tallies().length > 0} fallback={<span class="log-histogram-hint">{shown() ? texts.none : ""}</span>}>
        <div class="log-marks">
          <For each={groups()}>
            {(group) => (
              <button
                type="button"
                class={`log-mark tone-${group.tone}`}
                style={{ left: `${shareOf(group.at) * 100}%` }}
                aria-label={`${clock(group.at)} ${group.text}`}
                title={`${clock(group.at)} ${group.text}`}
                onPointerEnter={() => time.setCursor(group.at)}
                onPointerLeave={() => time.setCursor(undefined)}
                onFocus={() => time.setCursor(group.at)}
                onBlur={() => time.setCursor(undefined)}
                onClick={() => props.onGo(group.at)}
              />
            )}
          </For>
        </div>
        <div
          class="log-histogram-bars"
          role="slider"
          tabIndex={0}
          aria-label={texts.label(shown()?.total ?? 0)}
          aria-valuemin={span()[0]}
          aria-valuemax={span()[1]}
          aria-valuenow={Math.round(time.cursor() ?? span()[1])}
          aria-valuetext={hint()}
          onKeyDown={keys.onKeyDown}
          onPointerDown={(event) => {
            event.currentTarget.setPointerCapture(event.pointerId);
            setDrag([at(event), at(event)]);
          }}
          onPointerMove={(event) => {
            time.setCursor(timeOf(at(event)));
            const held = drag();
            if (held) setDrag([held[0], at(event)]);
          }}
          onPointerUp={() => drag() && end()}
          onPointerCancel={() => setDrag(undefined)}
          onPointerLeave={() => time.setCursor(undefined)}
        >
          <svg viewBox={`0 0 ${tallies().length} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
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
            <path class="log-bar" d={outline(tallies(), 0, scale(), HEIGHT)} />
            <path class="log-bar-warn" d={outline(tallies(), 1, scale(), HEIGHT)} />
            <path class="log-bar-error" d={outline(tallies(), 2, scale(), HEIGHT)} />
            <Show when={brushed()}>
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
          <Show when={cursor()}>{(share) => <i class="log-cursor" style={{ left: `${share() * 100}%` }} />}</Show>
        </div>
        <div class="log-histogram-axis">
          <span>{clock(span()[0])}</span>
          <span class="log-histogram-hint">{hint()}</span>
          <span>{clock(span()[1])}</span>
        </div>
      </Show>
    </div>
  );
}
