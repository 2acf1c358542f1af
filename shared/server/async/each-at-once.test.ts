import { expect, test } from "vitest";
import { eachAtOnce } from "./each-at-once.ts";

test("processes all items, with limited concurrency", async () => {
  let now = 0;
  let most = 0;
  const done: number[] = [];
  await eachAtOnce([1, 2, 3, 4, 5], 2, async (item) => {
    most = Math.max(most, ++now);
    await Promise.resolve();
    now--;
    done.push(item);
  });
  expect([most, done]).toEqual([2, [1, 2, 3, 4, 5]]);
  await eachAtOnce([], 2, () => Promise.reject(new Error("nothing is started")));
});

test("starts nothing after an error, and ends after the running work has ended", async () => {
  const begun: number[] = [];
  let slow = (): void => undefined;
  let over = false;
  const all = eachAtOnce([1, 2, 3, 4], 2, async (item) => {
    begun.push(item);
    if (item === 1) throw new Error("first");
    await new Promise<void>((resolve) => {
      slow = resolve;
    });
  }).finally(() => {
    over = true;
  });
  all.catch(() => undefined);
  await new Promise(setImmediate);
  expect([begun, over]).toEqual([[1, 2], false]);
  slow();
  await expect(all).rejects.toThrow("first");
  expect(begun).toEqual([1, 2]);
});
