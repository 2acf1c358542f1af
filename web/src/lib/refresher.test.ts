import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createRefresher } from "./refresher.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A load that takes `ms` milliseconds. */
function slowLoad(ms: number) {
  let started = 0;
  let ended = 0;
  const load = async () => {
    started++;
    await new Promise((resolve) => setTimeout(resolve, ms));
    ended++;
  };
  return { load, counts: () => ({ started, ended }) };
}

test("events that come quicker than the server answers do not keep a load from its end", async () => {
  const { load, counts } = slowLoad(1_000);
  const { refresh } = createRefresher(load, 400);
  for (let time = 0; time < 5_000; time += 100) {
    refresh();
    await vi.advanceTimersByTimeAsync(100);
  }
  expect(counts()).toEqual({ started: 5, ended: 4 });
});

test("what changes during a load is loaded once after it", async () => {
  const { load, counts } = slowLoad(1_000);
  const { refresh } = createRefresher(load, 400);
  refresh();
  await vi.advanceTimersByTimeAsync(500);
  refresh();
  refresh();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(counts()).toEqual({ started: 2, ended: 2 });
});

test("a burst of events costs two loads, and a failed load does not end the others", async () => {
  let loads = 0;
  const { refresh, stop } = createRefresher(async () => {
    loads++;
    throw new Error("no answer");
  }, 400);
  for (let count = 0; count < 10; count++) {
    refresh();
    await vi.advanceTimersByTimeAsync(10);
  }
  await vi.advanceTimersByTimeAsync(1_000);
  expect(loads).toBe(2);
  stop();
  refresh();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(loads).toBe(2);
});
