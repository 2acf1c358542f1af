import { expect, test } from "vitest";
import { createEmittedIds } from "./emitted-ids.ts";

test("remembers an id with its count for the whole window, and forgets it later", () => {
  let time = 5_000;
  const ids = createEmittedIds({ windowMs: 1_000, now: () => time });
  ids.add("early", 1);
  time += 999;
  ids.add("late", 0);
  time += 999;
  expect(ids.countOf("late")).toBe(0);
  expect(ids.countOf("unknown")).toBeUndefined();
  time += 1_000;
  expect(ids.countOf("early")).toBeUndefined();
  ids.add("last", 3);
  time += 10_000;
  expect(ids.countOf("last")).toBeUndefined();
  expect(ids.size).toBe(0);
});

test("holds no more ids than its bound, and the newest half in any case", () => {
  const ids = createEmittedIds({ maxIds: 100, now: () => 0 });
  for (let id = 0; id < 1_000; id++) {
    ids.add(String(id), id);
    expect(ids.size).toBeLessThanOrEqual(100);
    expect(ids.countOf(String(Math.max(0, id - 49)))).toBe(Math.max(0, id - 49));
  }
  expect(ids.countOf("0")).toBeUndefined();
});
