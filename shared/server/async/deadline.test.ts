import { expect, test } from "vitest";
import { withTimeout } from "./with-timeout.ts";

/** Nothing of this process runs for so long. */
const pause = (ms: number) => {
  const until = performance.now() + ms;
  while (performance.now() < until);
};

test("an answer that came while the process stood still counts, though its time is over", async () => {
  const answer = new Promise((resolve) => setImmediate(resolve, "there"));
  const read = withTimeout(answer, 50);
  pause(400);
  expect(await read).toBe("there");
});

test("without an answer the limit counts after a pause, too", async () => {
  const never = withTimeout(new Promise(() => {}), 50, () => "late");
  pause(400);
  expect(await never).toBe("late");
});
