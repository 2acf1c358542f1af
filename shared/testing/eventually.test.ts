import { expect, test } from "vitest";
import { checkWithin, eventually } from "./eventually.ts";

test("checks again while the check returns false, and resolves with the last result", async () => {
  let looks = 0;
  expect(await eventually(() => (++looks < 3 ? false : looks), 1)).toBe(3);
});

test("treats a check that returns nothing as a condition that holds", async () => {
  expect(await eventually(() => undefined)).toBeUndefined();
});

test("checks again after an error, and finally throws the last error", async () => {
  let looks = 0;
  const look = () => Promise.reject(new Error(`not yet ${++looks}`));
  await expect(checkWithin(look, 500, 1)).rejects.toThrow(/^not yet \d+$/);
  expect(looks).toBeGreaterThan(1);
});
