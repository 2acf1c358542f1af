import { expect, test } from "vitest";
import { growth } from "./growth.ts";

let kept = 0;
const step = (times: number) => {
  for (let index = 0; index < times; index++) kept = (kept * 31 + index) % 1_000_003;
};

test("is the factor for linear work and its square for quadratic work", async () => {
  const linear = await growth((size) => step(size * 1_000), 3_000);
  expect(linear).toBeGreaterThan(4);
  expect(linear).toBeLessThan(20);
  expect(await growth((size) => step(size * size), 2_000)).toBeGreaterThan(32);
});
