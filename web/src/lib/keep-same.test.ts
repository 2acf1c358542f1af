import { createRoot } from "solid-js";
import { createStore } from "solid-js/store";
import { expect, test } from "vitest";
import { keepSame } from "./keep-same.ts";

const rows = () => [
  { id: "a", state: "running", ports: [80, 443], labels: { team: "shop" } },
  { id: "b", state: "exited", ports: [], labels: {} },
];

test("equal data stays the earlier object, whole or in part", () => {
  const before = { services: rows(), at: 1 };
  expect(keepSame(before, { services: rows(), at: 1 })).toBe(before);
  const later = keepSame(before, { services: rows(), at: 2 });
  expect(later).toEqual({ services: rows(), at: 2 });
  expect(later.services).toBe(before.services);
});

test("a row keeps its object wherever it moves, and a changed one is new with its equal parts", () => {
  const before = rows();
  const [a, b] = rows() as [object, object];
  const after = keepSame(before, [{ id: "c" }, b, { ...a, state: "paused" }]);
  expect(after).toEqual([{ id: "c" }, b, { ...a, state: "paused" }]);
  expect(after[1]).toBe(before[1]);
  expect(after[2]).not.toBe(before[0]);
  expect((after[2] as { labels: object }).labels).toBe(before[0]?.labels);
});

test.each([
  [undefined, [1]],
  [[1, 2], [1]],
  [[1], [1, 2]],
  [{ a: undefined }, {}],
  [{}, { a: undefined }],
  [[{ id: 1 }], [{ id: "1" }]],
  [{ a: 1 }, [1]],
  [null, { a: null }],
  [{ a: Number.NaN }, { a: null }],
])("what replaces %j is %j", (before, after) => {
  expect(keepSame(before, after)).toStrictEqual(after);
});

test("names that occur twice mix nothing up", () => {
  const before = [
    { name: "x", n: 1 },
    { name: "x", n: 2 },
  ];
  expect(keepSame(before, structuredClone(before))).toEqual(before);
});

test("what is in a store is compared and returned as it is, not behind its proxy", () => {
  createRoot((end) => {
    const list = rows();
    const [store] = createStore({ list });
    expect(keepSame(store.list, rows())).toBe(list);
    end();
  });
});
