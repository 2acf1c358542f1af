import { expect, test } from "vitest";
import { joinPast } from "./history-range.ts";

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
