import { createMemo } from "solid-js";
import type { Tone } from "./Badge.tsx";

export interface SparklineProps {
  label: string;
  /** Oldest first. */
  values: readonly number[];
  /** Top of the scale; the largest value when absent. */
  max?: number;
  /** When each was measured, in milliseconds; at equal distances when absent. */
  times?: readonly number[];
  /** What the full width stands for: samples, or with `times` milliseconds. What is less starts from the right. */
  span?: number;
  /** With `times`: when the line ends at the right, in milliseconds; at the newest value when absent. */
  end?: number;
  tone?: Tone;
}

/** A small line without axes. */
export function Sparkline(props: SparklineProps) {
  const points = createMemo(() => {
    const { values, times } = props;
    const top = props.max ?? Math.max(...values, 1e-9);
    const ends = values.length - 1;
    const at = (index: number) => times?.[index] ?? index;
    const right = times ? (props.end ?? at(ends)) : at(ends);
    const width = times ? (props.span ?? at(ends) - at(0)) : (props.span ?? values.length) - 1;
    return values.map((value, index) => {
      const x = 100 - ((right - at(index)) / Math.max(width, 1)) * 100;
      const y = 27 - (Math.min(value, top) / top) * 26;
      return `${x.toFixed(2)},${y.toFixed(2)}`;
    });
  });
  const area = () => {
    const line = points();
    if (line.length < 2) return "";
    const x = (point: string | undefined) => point?.split(",")[0] ?? "0";
    return `${x(line[0])},28 ${line.join(" ")} ${x(line.at(-1))},28`;
  };
  return (
    <svg
      class={`sparkline ${props.tone ? `tone-${props.tone}` : ""}`}
      viewBox="0 0 100 28"
      preserveAspectRatio="none"
      role="img"
      aria-label={props.label}
    >
      <polygon points={area()} />
      <polyline points={points().join(" ")} />
    </svg>
  );
}
