import { expect, test } from "vitest";
import type { RunEvent } from "../../shared/logs/container-runs.ts";
import { toRunEvents } from "./run-events.ts";

const at = (second: number) => new Date(second * 1_000).toISOString();
const start = (second: number): RunEvent => ({ kind: "start", time: at(second) });
const die = (second: number, exitCode?: number): RunEvent => ({ kind: "die", time: at(second), exitCode });
const told = (events: RunEvent[]) =>
  toRunEvents({ name: "web" }, events).map(({ at: time, change, count, exitCode }) => [
    Date.parse(time) / 1_000,
    change,
    count,
    exitCode,
  ]);

test("a crash loop is one entry, and its end another", () => {
  const loop = [start(0), die(2, 9), start(3), die(5, 9), start(7), die(9, 7), start(20), die(30, 1)];
  expect(told(loop)).toEqual([
    [0, "started", 1, null],
    [20, "restarted", 3, 7],
    [30, "ended", 1, 1],
  ]);
});

test("a start long after the end is a start, and restarts far apart are two", () => {
  expect(told([die(0, 0), start(3_600)])).toEqual([
    [0, "ended", 1, 0],
    [3_600, "started", 1, null],
  ]);
  expect(told([die(0, 1), start(1), die(7_200, 1), start(7_201)])).toEqual([
    [1, "restarted", 1, 1],
    [7_201, "restarted", 1, 1],
  ]);
});

test("an end with an unknown code has none", () => {
  expect(told([die(0)])).toEqual([[0, "ended", 1, null]]);
});
