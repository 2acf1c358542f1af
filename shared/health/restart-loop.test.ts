import { expect, test } from "vitest";
import type { RunEvent } from "../logs/container-runs.ts";
import { restartsSince } from "./restart-loop.ts";

const at = (second: number) => new Date(second * 1_000).toISOString().replace("Z", "000000Z");
const start = (second: number): RunEvent => ({ kind: "start", time: at(second) });
const die = (second: number, exitCode?: number): RunEvent => ({ kind: "die", time: at(second), exitCode });
const loop = [start(0), die(2, 9), start(3), die(5, 9), start(7), die(9, 7)];

test("restarts are starts that follow an end, with the code of the newest end", () => {
  expect(restartsSince(loop, 2, 0)).toEqual({ count: 2, exitCode: 7 });
  expect(restartsSince([...loop, start(12)], 3, 0)).toEqual({ count: 3, exitCode: 7 });
});

test("restarts before the window do not count", () => {
  expect(restartsSince([...loop, start(1_000)], 3, 600_000)).toEqual({ count: 1, exitCode: 7 });
  expect(restartsSince(loop, 2, 600_000)).toBeNull();
});

test("restarts on request are no loop: they reset the count of the Engine", () => {
  expect(restartsSince([...loop, start(12)], 0, 0)).toBeNull();
  expect(restartsSince([...loop, start(12)], 1, 0)).toEqual({ count: 1, exitCode: 7 });
});

test("nothing is claimed where the events or the count are unknown", () => {
  expect(restartsSince([], 40, 0)).toBeNull();
  expect(restartsSince(loop, null, 0)).toBeNull();
  expect(restartsSince([die(1), start(2)], 1, 0)).toEqual({ count: 1, exitCode: null });
});
