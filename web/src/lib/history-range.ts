import { type Accessor, createEffect, createMemo, createSignal, on, onCleanup } from "solid-js";
import type { HistoryRange } from "../../../shared/protocol/stats-history.ts";
import { ageMs, instantOf, type TimeRange } from "./time-range.ts";

/** Range of a chart: the last five minutes live, or one of the stored ranges. */
export type ChartRange = "5m" | HistoryRange;

export const chartRanges: readonly { value: ChartRange; label: string }[] = [
  { value: "5m", label: "5 min" },
  { value: "1h", label: "1 h" },
  { value: "6h", label: "6 h" },
  { value: "24h", label: "24 h" },
  { value: "7d", label: "7 days" },
];

const MINUTE = 60_000;
/** Length of each range in milliseconds. */
export const spanOf: Record<ChartRange, number> = {
  "5m": 5 * MINUTE,
  "1h": 60 * MINUTE,
  "6h": 360 * MINUTE,
  "24h": 1_440 * MINUTE,
  "7d": 7 * 1_440 * MINUTE,
};

/** The period that charts show, and the stored range that contains it. */
export interface ChartPeriod {
  range: ChartRange;
  /** Milliseconds that the charts cover up to the present; more where the period ended before. */
  span: number;
  /** Milliseconds since 1970; undefined at an end that moves with the present. */
  from: number | undefined;
  to: number | undefined;
}

/** Of a period that has ended before the present, its last hour is shown where it names no start. */
const ONLY_UNTIL_MS = 60 * MINUTE;

/** The charts' period for the range of a page; the last five minutes where it has none. */
export function toChartPeriod({ since, until }: TimeRange, now: number): ChartPeriod {
  const live = chartRanges.find(({ value }) => value === since)?.value;
  if (until === undefined && (since === undefined || live)) {
    const range = live ?? "5m";
    return { range, span: spanOf[range], from: undefined, to: undefined };
  }
  const to = instantOf(until, now);
  const from = instantOf(since, now) ?? (to ?? now) - ONLY_UNTIL_MS;
  const back = now - from;
  // Samples of the last five minutes are only in the page: a period that stays needs stored ones.
  const range = (["1h", "6h", "24h"] as const).find((name) => spanOf[name] >= back) ?? "7d";
  const moves = until === undefined && ageMs(since) !== undefined;
  return { range, span: moves ? back : spanOf[range], from: moves ? undefined : from, to };
}

/** The charts' period, which is another one when the range of the page changes or the stored range does not reach back far enough. */
export const createChartPeriod = (range: Accessor<TimeRange>, now: Accessor<number>): Accessor<ChartPeriod> =>
  createMemo(() => toChartPeriod(range(), now()), undefined, {
    equals: (left, right) =>
      left?.range === right.range &&
      left.from === right.from &&
      left.to === right.to &&
      Math.abs(left.span - right.span) < MINUTE,
  });

/** The width of a `TimeChart` for a period. */
export const widthOf = ({ span, from, to }: ChartPeriod) => ({ span, from, to });

/** First and last instant of a period, in milliseconds since 1970. */
export const extentOf = ({ span, from, to }: ChartPeriod, now: number): readonly [from: number, to: number] => [
  from ?? (to ?? now) - span,
  to ?? now,
];

/** Whether a point of the range covers so much time that the chart shows its peak too. */
export const hasPeaks = (range: ChartRange): boolean => range !== "5m" && range !== "1h";

/** Interval at which stored samples are fetched again; live samples fill the time between. */
const REFRESH_MS = MINUTE;

/** Stored samples of a range; undefined until they are loaded, and after a failure. */
export function createPast<T>(range: Accessor<ChartRange>, fetch: Accessor<(range: HistoryRange) => Promise<T>>) {
  const [past, setPast] = createSignal<T>();
  createEffect(
    on([range, fetch], ([chosen, ask]) => {
      let left = false;
      setPast(undefined);
      const load = () =>
        void ask(chosen === "5m" ? "1h" : chosen).then(
          (found) => !left && setPast(() => found),
          () => undefined, // the live samples are shown alone
        );
      load();
      const timer = setInterval(() => !document.hidden && load(), REFRESH_MS);
      onCleanup(() => {
        left = true;
        clearInterval(timer);
      });
    }),
  );
  return past;
}

type Values = readonly (number | null)[];
type Series<Name extends string> = { times: readonly number[] } & Record<Name, Values>;

/** Share of a point's time that live samples must cover before it is drawn: a single one would be a false cliff. */
const COVERED_MIN = 1 / 3;

/** Live samples as points of `step` milliseconds: averages, or the highest for series named `…Max`. */
function toPoints<Name extends string>(live: Series<Name>, names: readonly Name[], step: number): Series<Name> {
  const times: number[] = [];
  const points = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Name, (number | null)[]>;
  for (let from = 0; from < live.times.length; ) {
    const start = Math.floor((live.times[from] as number) / step) * step;
    let to = from + 1;
    while (to < live.times.length && (live.times[to] as number) < start + step) to++;
    const covered = (live.times[to - 1] as number) - (live.times[from] as number);
    if (to < live.times.length || covered >= step * COVERED_MIN) {
      times.push(start);
      for (const name of names) points[name].push(combine(live[name].slice(from, to), name.endsWith("Max")));
    }
    from = to;
  }
  return { times, ...points };
}

function combine(values: Values, isMax: boolean): number | null {
  const measured = values.filter((value) => value !== null && value !== undefined);
  if (measured.length === 0) return null;
  return isMax ? Math.max(...measured) : measured.reduce((sum, value) => sum + value, 0) / measured.length;
}

/**
 * Joins stored points and live samples, with a gap where nothing was measured. In a range longer than five minutes, live
 * samples become points like the stored ones: the line ends as it goes on.
 */
export function joinPast<Name extends string>(
  past: ({ step: number; times: readonly number[] } & Record<Name, readonly number[]>) | undefined,
  samples: Series<Name>,
  names: readonly Name[],
  { span, now }: { span: number; now: number },
): { times: number[] } & Record<Name, (number | null)[]> {
  const times: number[] = [];
  const joined = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Name, (number | null)[]>;
  const put = (time: number, at: (name: Name) => number | null) => {
    times.push(time);
    for (const name of names) joined[name].push(at(name));
  };
  const from = now - span;
  const step = (past?.step ?? 0) * 1_000;
  const isCoarse = step > 0 && span > spanOf["5m"];
  const live = isCoarse ? toPoints(samples, names, step) : samples;
  const firstLive = live.times[0] ?? Number.POSITIVE_INFINITY;
  past?.times.forEach((time, index) => {
    if (time < from || (!isCoarse && time >= firstLive)) return;
    const before = times.at(-1);
    if (before !== undefined && time - before > 2.5 * step) put(before + step, () => null);
    put(time, (name) => past[name][index] ?? null);
  });
  const lastPast = times.at(-1) ?? Number.NEGATIVE_INFINITY;
  live.times.forEach((time, index) => {
    if (time <= lastPast || time < from) return;
    const before = times.at(-1);
    const isFirst = before === lastPast;
    if (isFirst && step > 0 && time - lastPast > 2.5 * step) put(lastPast + step, () => null);
    put(time, (name) => live[name][index] ?? null);
  });
  return { times, ...joined };
}
