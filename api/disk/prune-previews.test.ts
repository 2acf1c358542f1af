import { expect, test } from "vitest";
import { createPrunePreviews } from "./prune-previews.ts";

test("a preview is evicted by previews of the same caller only", () => {
  const previews = createPrunePreviews();
  const mine = previews.keep("me", []);
  const loud = Array.from({ length: 30 }, () => previews.keep("loud", []));
  expect(loud.filter(({ id }) => previews.find(id)).map(({ id }) => id)).toEqual(loud.slice(-10).map(({ id }) => id));
  // As many callers as there is room for: those with the most give some up.
  for (let caller = 0; caller < 300; caller++) previews.keep(`caller ${caller % 60}`, []);
  const last = previews.keep("last", []);
  for (const { id } of [mine, last]) expect(previews.find(id)).toEqual([]);
  expect(previews.find("unknown")).toBeUndefined();
});
