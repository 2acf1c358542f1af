import { expect, test } from "vitest";
import { median, medians, percentile, readable } from "./statistics.ts";

test("the median is the middle value, or the mean of the two middle ones", () => {
  expect(median([10, 2, 1])).toBe(2);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([])).toBeNaN();
  expect(
    medians([
      { a: 1, b: 9 },
      { a: 3, b: 7 },
    ]),
  ).toEqual({ a: 2, b: 8 });
});

test("a percentile is by nearest rank", () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect(percentile(hundred, 0.5)).toBe(50);
  expect(percentile(hundred, 0.99)).toBe(99);
  expect(percentile([7], 0.99)).toBe(7);
});

test("metrics are shown with three digits or so", () => {
  expect([1_234_567.8, 12.345, 1.2345, 0.12345, Number.NaN].map(readable)).toEqual([
    "1,234,568",
    "12.3",
    "1.23",
    "0.123",
    "-",
  ]);
});
