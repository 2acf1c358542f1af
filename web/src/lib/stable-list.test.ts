import { createEffect, createRoot, createSignal } from "solid-js";
import { expect, it } from "vitest";
import { createStableList } from "./stable-list.ts";

it("keeps an item's object while its fields change, and leaves the source alone", () => {
  const first = [
    { id: "a", cpu: 1 },
    { id: "b", cpu: 2 },
  ];
  const [source, setSource] = createSignal<{ id: string; cpu: number }[] | undefined>(first);
  const seen: number[] = [];
  const { list, dispose } = createRoot((end) => {
    const items = createStableList(source, "id");
    createEffect(() => seen.push(items()[0]?.cpu ?? -1));
    return { list: items, dispose: end };
  });
  const before = list()[0];
  setSource([
    { id: "a", cpu: 5 },
    { id: "b", cpu: 2 },
  ]);
  expect(list()[0]).toBe(before);
  expect(seen).toEqual([1, 5]);
  expect(first[0]?.cpu).toBe(1);
  setSource([{ id: "b", cpu: 2 }]);
  expect(list().map(({ id }) => id)).toEqual(["b"]);
  setSource(undefined);
  expect(list()).toHaveLength(0);
  dispose();
});
