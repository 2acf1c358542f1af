import { expect, test } from "vitest";
import { createServiceSelection } from "./service-selection.ts";

test("selects rows one by one or all at once", () => {
  const selection = createServiceSelection();
  selection.set(["a", "b"], true);
  expect([
    selection.has("a"),
    selection.hasAll(["a", "b"]),
    selection.hasAll(["a", "c"]),
    selection.hasAll([]),
  ]).toEqual([true, true, false, false]);
  selection.set(["a"], false);
  expect(selection.has("a")).toBe(false);
  selection.clear();
  expect(selection.has("b")).toBe(false);
});
