import { expect, test } from "vitest";
import { eventually, lookWithin } from "./eventually.ts";

test("looks again while a look gives false, and resolves with what the last one gave", async () => {
  let looks = 0;
  expect(await eventually(() => (++looks < 3 ? false : looks), 5_000, 1)).toBe(3);
});

test("takes a look that gives nothing for a condition that holds", async () => {
  expect(await eventually(() => undefined)).toBeUndefined();
});

test("looks again when a look throws, and gives up with what went wrong last", async () => {
  let looks = 0;
  const look = () => Promise.reject(new Error(`not yet ${++looks}`));
  await expect(lookWithin(look, 30, 5)).rejects.toThrow(/^not yet \d+$/);
  expect(looks).toBeGreaterThan(1);
});
