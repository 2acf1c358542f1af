import { expect, test } from "vitest";
import { joinPast, toChartPeriod } from "./history-range.ts";

const now = 1_000_000;
const past = { step: 15, times: [700_000, 715_000, 800_000, 815_000], cpu: [1, 2, 3, 4] };

test("begins with what was kept, leaves a hole where nothing was, and continues with what comes", () => {
  const live = { times: [810_000, 811_000], cpu: [9, 10] };
  expect(joinPast(past, live, ["cpu"], { span: 300_000, now })).toEqual({
    times: [700_000, 715_000, 730_000, 800_000, 810_000, 811_000],
    cpu: [1, 2, null, 3, 9, 10],
  });
});

test("stands with either part alone, and shows nothing older than its span", () => {
  expect(joinPast(undefined, { times: [5], cpu: [7] }, ["cpu"], { span: 100, now: 50 })).toEqual({
    times: [5],
    cpu: [7],
  });
  expect(joinPast(past, { times: [], cpu: [] }, ["cpu"], { span: 190_000, now }).times).toEqual([815_000]);
});

test("continues stored averages with averages, so that a single live sample is no cliff at the right end", () => {
  const stored = { step: 15, times: [900_000, 915_000], cpu: [10, 10], cpuMax: [20, 20] };
  const every = (from: number, to: number, cpu: (time: number) => number) => {
    const times = Array.from({ length: (to - from) / 1_000 }, (_, index) => from + index * 1_000);
    return { times, cpu: times.map(cpu), cpuMax: times.map(cpu) };
  };
  const range = { span: 3_600_000, now: 950_000 };
  const spiky = every(920_000, 947_000, (time) => (time % 5_000 === 0 ? 50 : 0));
  const joined = joinPast(stored, spiky, ["cpu", "cpuMax"], range);
  // The stored point stays; the whole one after it is averaged, and that of two seconds waits.
  expect(joined).toEqual({
    times: [900_000, 915_000, 930_000],
    cpu: [10, 10, 10],
    cpuMax: [20, 20, 50],
  });
});

test("charts show the range of the page from the stored one that contains it", () => {
  const noon = Date.parse("2026-11-28T12:00:00.000Z");
  const ago = (minutes: number) => new Date(noon - minutes * 60_000).toISOString();
  expect(toChartPeriod({}, noon)).toMatchObject({ range: "5m", span: 300_000, from: undefined });
  expect(toChartPeriod({ since: "6h" }, noon)).toMatchObject({ range: "6h", from: undefined, to: undefined });
  expect(toChartPeriod({ since: "15m" }, noon)).toMatchObject({ range: "1h", span: 900_000, from: undefined });
  const past = { since: ago(100), until: ago(90) };
  expect(toChartPeriod(past, noon)).toMatchObject({ range: "6h", from: noon - 6_000_000, to: noon - 5_400_000 });
  // Even a period within the last five minutes: it stays when they are over.
  expect(toChartPeriod({ since: ago(3), until: ago(2) }, noon).range).toBe("1h");
  expect(toChartPeriod({ until: ago(10) }, noon)).toMatchObject({ from: noon - 4_200_000, range: "6h" });
  expect(toChartPeriod({ since: ago(50_000) }, noon).range).toBe("7d");
});
