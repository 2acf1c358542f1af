import { expect, test } from "vitest";
import { barScale, outline, type Tally } from "./histogram-bars.ts";

const quiet = (count: number, lines: number): Tally[] => Array.from({ length: count }, () => [lines, 0, 0]);

test("a burst of 100,000 lines leaves bars of ten lines visible", () => {
  const scale = barScale([...quiet(30, 10), [100_000, 0, 0]]);
  expect(scale).toMatchObject({ peak: 100_000, isLogarithmic: true });
  expect(scale.heightOf(10)).toBeGreaterThan(0.15);
  expect(scale.heightOf(100_000)).toBe(1);
});

test("an even log keeps the scale that shows its differences", () => {
  const scale = barScale([...quiet(30, 40), [90, 0, 0]]);
  expect(scale.isLogarithmic).toBe(false);
  expect(scale.heightOf(40)).toBeCloseTo(0.667, 2);
  expect(barScale([]).heightOf(0)).toBe(0);
});

test("layers stand on each other, and a single error is never too small to see", () => {
  const bars: Tally[] = [[1_000_000, 0, 1], ...quiet(9, 1)];
  const scale = barScale(bars);
  const [, bottom, top] = /^M\S+ (\S+)V(\S+)h/.exec(outline(bars, 2, scale, 36)) ?? [];
  expect(Number(bottom)).toBe(36);
  expect(Number(top)).toBeLessThanOrEqual(34.5);
  expect(outline(bars, 1, scale, 36)).toBe("");
});
