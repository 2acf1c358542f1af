import { expect, test } from "vitest";
import { compareRuns } from "./compare.ts";

const row = (metrics: Record<string, number>, value = 1) => ({
  group: "logs",
  what: "20 viewers",
  metrics,
  bounds: { ratio: { value, atMost: 2 } },
});

test("names each measurement that moved by a tenth or more, with its change", () => {
  const before = [row({ cpu: 10, p50: 1, same: 5, none: 0 })];
  const after = [row({ cpu: 15, p50: 1.05, same: 5, none: 3 })];
  expect(compareRuns(before, after)).toEqual([
    "logs: 20 viewers: cpu 10 -> 15 (+50 %)",
    "logs: 20 viewers: none 0 -> 3",
  ]);
});

test("names each bound that is missed or reached since", () => {
  expect(compareRuns([row({}, 1)], [row({}, 3)])).toEqual(["logs: 20 viewers: MISSED now ratio: 3"]);
  expect(compareRuns([row({}, 3)], [row({}, 1)])).toEqual(["logs: 20 viewers: reached now ratio: 1"]);
});

test("leaves out rows and measurements that only one run has", () => {
  const other = { ...row({ cpu: 1 }), what: "new" };
  expect(compareRuns([row({ cpu: 1 })], [row({ p99: 4 }), other])).toEqual([]);
});
