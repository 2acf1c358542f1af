import { expect, test } from "vitest";
import { filterItems } from "./filter-items.ts";

test("keeps items one of whose texts contains the filter, ignoring case and outer spaces", () => {
  const items = [["Web", "nginx"], ["db"], []];
  const textsOf = (item: string[]) => item;
  expect(filterItems(items, " NGINX ", textsOf)).toEqual([["Web", "nginx"]]);
  expect(filterItems(items, "b", textsOf)).toEqual([["Web", "nginx"], ["db"]]);
  expect(filterItems(items, "x y", textsOf)).toEqual([]);
});

test("keeps every item while nothing is typed, or nothing can be searched", () => {
  const items = [["web"], []];
  expect(filterItems(items, " ", (item) => item)).toBe(items);
  expect(filterItems(items, "other", undefined)).toBe(items);
});
