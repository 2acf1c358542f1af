import { expect, test } from "vitest";
import { createSelection } from "./selection.ts";

test("selects rows one by one or all at once", () => {
  const selection = createSelection();
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

test("extends from the last row in either direction, and takes a range back", () => {
  const selection = createSelection();
  const order = ["a", "b", "c", "d", "e"];
  const selected = () => order.filter(selection.has).join("");
  selection.choose("d", true);
  selection.choose("b", true, order);
  expect(selected()).toBe("bcd");
  selection.choose("c", false, order);
  expect(selected()).toBe("d");
  // The row where it began is not shown any more.
  selection.clear();
  selection.choose("gone", true);
  selection.choose("e", true, order);
  expect(selected()).toBe("e");
});
