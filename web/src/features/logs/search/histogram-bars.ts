import type { LogBucket } from "../../../../../shared/protocol/log-search.ts";

/** Lines of one bucket: the rest, warnings, errors. */
export type Tally = readonly [rest: number, warnings: number, errors: number];

export const tally = ({ counts }: LogBucket): Tally => [
  (counts.trace ?? 0) + (counts.debug ?? 0) + (counts.info ?? 0) + (counts.unknown ?? 0),
  counts.warn ?? 0,
  (counts.error ?? 0) + (counts.fatal ?? 0),
];
export const sum = (counts: Tally) => counts[0] + counts[1] + counts[2];

export interface BarScale {
  /** Lines of the highest bar. */
  peak: number;
  isLogarithmic: boolean;
  /** Share of the height, from 0 to 1. */
  heightOf(lines: number): number;
}

/** How many times the usual bar the highest one may be before the scale is logarithmic. */
const BURST = 100;

/** A scale on which a burst leaves the other bars visible: of square roots, and logarithmic for a great one. */
export function barScale(tallies: readonly Tally[]): BarScale {
  const sums = tallies
    .map(sum)
    .filter((lines) => lines > 0)
    .sort((a, b) => a - b);
  const peak = sums.at(-1) ?? 1;
  const usual = sums[Math.floor(sums.length / 2)] ?? 1;
  const isLogarithmic = peak > usual * BURST;
  const heightOf = isLogarithmic
    ? (lines: number) => Math.log1p(lines) / Math.log1p(peak)
    : (lines: number) => Math.sqrt(lines / peak);
  return { peak, isLogarithmic, heightOf };
}

/** Outline of one layer of the bars in a box of `height`; errors stand at the bottom, the rest on top. */
export function outline(tallies: readonly Tally[], layer: 0 | 1 | 2, scale: BarScale, height: number): string {
  const up = (lines: number) => height * scale.heightOf(lines);
  return tallies
    .map((counts, index) => {
      if (counts[layer] === 0) return "";
      const below = counts.slice(layer + 1).reduce((all, count) => all + count, 0);
      const bottom = height - up(below);
      const top = Math.min(height - up(below + counts[layer]), bottom - 1.5);
      return `M${index + 0.1} ${bottom.toFixed(2)}V${top.toFixed(2)}h.8V${bottom.toFixed(2)}z`;
    })
    .join("");
}
