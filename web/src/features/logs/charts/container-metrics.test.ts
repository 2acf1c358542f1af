import { expect, test } from "vitest";
import { alignMetrics } from "./container-metrics.ts";

test("puts containers on one axis, with holes where one or all of them were not measured", () => {
  const metrics = [
    { name: "web", history: { step: 15, times: [15_000, 30_000, 120_000], cpu: [1, 2, 3], memory: [10, 20, 30] } },
    { name: "db", history: { step: 15, times: [31_000], cpu: [9], memory: [90] } },
  ];
  expect(alignMetrics(metrics, "cpu")).toEqual({
    times: [15_000, 30_000, 45_000, 120_000],
    series: [
      { label: "web", values: [1, 2, null, 3] },
      { label: "db", values: [null, 9, null, null] },
    ],
  });
  expect(alignMetrics([], "memory")).toEqual({ times: [], series: [] });
});
