import { expect, test } from "vitest";
import { nearestTo } from "./line-order.ts";

test("the line next to an instant is found, also just beyond the end of a log, and none far from it", () => {
  const lines = [10_000, 20_000, 20_400].map((at, id) => ({ at, id }));
  const near = (at: number) => nearestTo(lines, at)?.id;
  expect([9_000, 14_000, 16_000, 20_300, 22_000].map(near)).toEqual([0, 0, 1, 2, 2]);
  expect([4_000, 26_000].map(near)).toEqual([undefined, undefined]);
  expect(nearestTo([], 1)).toBeUndefined();
});
