import { expect, test } from "vitest";
import { changesSince, type KnownRun, type RunEvent, type RunState } from "./container-runs.ts";

const at = (second: number, milli = 0) =>
  `2026-11-28T10:00:${String(second).padStart(2, "0")}.${String(milli).padStart(3, "0")}000000Z`;
const start = (second: number): RunEvent => ({ kind: "start", time: at(second, 2), startedAt: at(second) });
const die = (second: number, exitCode: number): RunEvent => ({ kind: "die", time: at(second), exitCode });
const known = (second: number, ended = false, restartCount = 0): KnownRun => ({
  startedAt: at(second),
  ended,
  restartCount,
});
const running = (second: number, finished: number | null, restartCount = 0): RunState => ({
  startedAt: at(second),
  finishedAt: finished === null ? null : at(finished),
  running: true,
  exitCode: null,
  restartCount,
});
const stopped = (second: number, finished: number, exitCode: number): RunState => ({
  ...running(second, finished),
  running: false,
  exitCode,
});

test.each<[string, KnownRun, RunEvent[], RunState, string]>([
  ["nothing new", known(1), [start(1)], running(1, null), ""],
  ["a restart", known(1), [start(1), die(2, 3), start(3)], running(3, 2, 1), "ended 3, started"],
  [
    "two restarts",
    known(1),
    [start(1), die(2, 3), start(3), die(4, 0), start(5)],
    running(5, 4, 2),
    "ended 3, started, ended 0, started",
  ],
  ["an end", known(1), [start(1), die(2, 137)], stopped(1, 2, 137), "ended 137"],
  ["an end that only the record tells", known(1), [], stopped(1, 2, 5), "ended 5"],
  ["a start after an end that was told", known(1, true), [start(1), die(2, 3), start(3)], running(3, 2), "started"],
  ["a restart that was missed", known(1), [], running(5, 4, 0), "ended ?1, started"],
  ["restarts that were missed, by their count", known(1, false, 2), [], running(9, 8, 6), "ended ?4, started"],
  [
    "restarts of which the newest are known",
    known(1),
    [die(6, 3), start(7)],
    running(7, 6, 3),
    "ended ?2, started, ended 3, started",
  ],
])("%s", (_, reader, events, state, expected) => {
  const told = changesSince(reader, structuredClone(events), state).map(({ kind, exitCode, unknownEnds }) =>
    kind === "started" ? kind : `ended ${exitCode ?? `?${unknownEnds}`}`,
  );
  expect(told.join(", ")).toBe(expected);
});
