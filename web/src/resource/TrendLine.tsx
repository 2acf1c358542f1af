import { createMemo, Show } from "solid-js";
import type { UsageTrends } from "../../../shared/protocol/watch.ts";
import { TREND_SECONDS } from "../../../shared/protocol/watch-limits.ts";
import type { Tone } from "../ui/Badge.tsx";
import { Sparkline } from "../ui/Sparkline.tsx";

/** Percent of one core at which the line of a container or process is full at least: below it, noise would look like load. */
export const CPU_LEAST = 10;

/** The last 15 minutes of one value. Empty where nothing was measured, so that a gap at the end is one. */
export function TrendLine(props: {
  label: string;
  trends: UsageTrends | null | undefined;
  values: readonly (number | null)[] | undefined;
  /** Top of the scale; the largest value when absent. */
  max?: number;
  /** The largest value, or this where it is more; without `max`. */
  least?: number;
  tone?: Tone;
}) {
  const line = createMemo(() => {
    const from = Date.parse(props.trends?.from ?? "");
    const step = (props.trends?.step ?? 0) * 1_000;
    const all = props.values ?? [];
    const points = all.flatMap((value, index) => (value === null ? [] : [{ time: from + index * step, value }]));
    return {
      times: points.map(({ time }) => time),
      values: points.map(({ value }) => value),
      end: from + (all.length - 1) * step,
    };
  });
  const top = () => props.max ?? (props.least === undefined ? undefined : Math.max(props.least, ...line().values));
  return (
    <Show when={line().values.length > 1}>
      <Sparkline label={props.label} {...line()} span={TREND_SECONDS * 1_000} max={top()} tone={props.tone} />
    </Show>
  );
}
