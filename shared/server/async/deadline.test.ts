import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { withTimeout } from "./with-timeout.ts";

/** Nothing of this process runs for so long. */
const pause = (ms: number) => {
  const until = performance.now() + ms;
  while (performance.now() < until);
};

test("an answer that came while the process stood still counts, though its time is over", async () => {
  const read = withTimeout(readFile(import.meta.filename, "utf8"), 50);
  pause(400);
  expect(await read).toContain("stood still");
});

test("without an answer the limit counts after a pause, too", async () => {
  const never = withTimeout(new Promise(() => {}), 50, () => "late");
  pause(400);
  expect(await never).toBe("late");
});
