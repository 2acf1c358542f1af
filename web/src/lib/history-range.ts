import { type Accessor, createEffect, createSignal, on, onCleanup } from "solid-js";
import type { HistoryRange } from "../../../shared/protocol/stats-history.ts";

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

/**
 * Joins stored points and live samples, with a gap where nothing was measured. In a long range only the live samples after
 * the last stored point are used.
 */
export function joinPast<Name extends string>(
  past: ({ step: number; times: readonly number[] } & Record<Name, readonly number[]>) | undefined,
  live: { times: readonly number[] } & Record<Name, Values>,
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
  const firstLive = live.times[0] ?? Number.POSITIVE_INFINITY;
  const step = (past?.step ?? 0) * 1_000;
  past?.times.forEach((time, index) => {
    if (time < from || (step <= 60_000 && time >= firstLive)) return;
    const before = times.at(-1);
    if (before !== undefined && time - before > 2.5 * step) put(before + step, () => null);
    put(time, (name) => past[name][index] ?? null);
  });
  const lastPast = times.at(-1) ?? Number.NEGATIVE_INFINITY;
  live.times.forEach((time, index) => {
    if (time <= lastPast || time < from) return;
    const before = times.at(-1);
    if (index === 0 && step > 0 && before !== undefined && time - before > 2.5 * step) put(before + step, () => null);
    put(time, (name) => live[name][index] ?? null);
  });
  return { times, ...joined };
}
