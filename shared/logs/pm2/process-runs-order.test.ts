import { expect, test } from "vitest";
import type { ProcessLogFiles } from "../../pm2/process-log-files.ts";
import type { ProcessEvent } from "../../pm2/process-views.ts";
import type { RunChange } from "../container-runs.ts";
import { BUS_LAG_MS, missedRuns, ProcessRuns } from "./process-runs.ts";
import { compareRunMarks, deliveredAt, newLife, runMark } from "./run-marks.ts";

const event = (action: string, restarts: number, exitCode = 3): ProcessEvent => ({
  id: "app",
  name: "app",
  pmId: 0,
  action,
  restarts,
  exitCode,
  startedAt: 1_000 + restarts,
});
const listed = (
  restarts: number,
  running: boolean,
  exitCode: number | undefined = 3,
  more: Partial<ProcessLogFiles> = {},
): ProcessLogFiles[] => [
  {
    pmId: 0,
    name: "app",
    out: "/o",
    error: "/e",
    both: null,
    format: { dateFormat: null, json: false },
    running,
    ended: !running,
    restarting: false,
    restarts,
    exitCode,
    startedAt: 1_000 + restarts,
    ...more,
  },
];
/** As PM2 lists a crashed process before its next start: with the count of that start, if `counted`. */
const restarting = (run: number, counted: boolean): ProcessLogFiles[] =>
  listed(run + (counted ? 1 : 0), false, 3, { ended: false, restarting: true, startedAt: 1_000 + run });
const describe = (changes: RunChange[]) =>
  changes.map(({ kind, exitCode, unknownEnds }) =>
    kind === "started" ? "started" : exitCode === undefined ? `${unknownEnds} unknown` : `ended ${exitCode}`,
  );
function begin(): ProcessRuns {
  const runs = new ProcessRuns();
  expect(runs.compare(listed(0, true, undefined))).toEqual([]);
  return runs;
}

test("a restart delivered from the list is not delivered again when the bus sends it later", () => {
  const runs = begin();
  expect(describe(runs.compare(listed(1, true), runs.version, 0))).toEqual([]);
  expect(describe(runs.compare(listed(1, true), runs.version, BUS_LAG_MS - 1))).toEqual([]);
  expect(describe(runs.compare(listed(1, true), runs.version, BUS_LAG_MS))).toEqual(["ended 3", "started"]);
  expect(describe(runs.end(listed(1, false)))).toEqual(["ended 3"]);
  expect(describe(runs.note(event("exit", 0)))).toEqual([]);
  expect(describe(runs.note(event("online", 1)))).toEqual([]);
  expect(describe(runs.note(event("exit", 1)))).toEqual([]);
  expect(describe(runs.note(event("online", 2)))).toEqual(["started"]);
});

test("a list requested before a restart from the bus causes no changes", () => {
  const runs = begin();
  const { version } = runs;
  runs.note(event("exit", 0));
  expect(describe(runs.note(event("online", 1)))).toEqual(["ended 3", "started"]);
  expect(describe(runs.compare(listed(0, true), version))).toEqual([]);
  for (let round = 0; round < 2; round++) expect(describe(runs.compare(listed(1, true)))).toEqual([]);
});

test("restarts that the bus missed become a count, and the newest one has its exit code", () => {
  const runs = begin();
  expect(describe(runs.compare(listed(5, true), runs.version, 0))).toEqual([]);
  expect(runs.waits).toBe(true);
  expect(describe(runs.compare(listed(5, true), runs.version, BUS_LAG_MS))).toEqual([
    "4 unknown",
    "ended 3",
    "started",
  ]);
  expect(runs.waits).toBe(false);
});

test("a restart that PM2 counts before it starts the process is delivered once, however long that takes", () => {
  const runs = begin();
  for (const now of [0, BUS_LAG_MS, 2 * BUS_LAG_MS]) {
    expect(describe(runs.compare(restarting(0, now > 0), runs.version, now))).toEqual([]);
  }
  expect(describe(runs.note(event("exit", 0)))).toEqual([]);
  expect(describe(runs.note(event("online", 1)))).toEqual(["ended 3", "started"]);
  for (const now of [3 * BUS_LAG_MS, 5 * BUS_LAG_MS]) {
    expect(describe(runs.compare(listed(1, true), runs.version, now))).toEqual([]);
  }
  runs.note(event("exit", 1));
  expect(describe(runs.end(listed(1, false)))).toEqual(["ended 3"]);
});

test("a process that PM2 cannot start again has ended, once that has lasted ten seconds", () => {
  const runs = begin();
  runs.compare(restarting(0, true), runs.version, 5_000);
  expect(restarting(0, true).map((file) => runs.hasEnded(file, 14_999))).toEqual([false]);
  expect(restarting(0, true).map((file) => runs.hasEnded(file, 15_000))).toEqual([true]);
  expect(describe(runs.end(restarting(0, true)))).toEqual(["ended 3"]);
  runs.compare(listed(1, true), runs.version, 16_000);
  expect(listed(1, true).map((file) => runs.hasEnded(file, 60_000))).toEqual([false]);
});

test("runs that the bus missed are delivered while the next start is awaited", () => {
  const runs = begin();
  const waiting = restarting(3, false).map((file) => ({ ...file, ended: true }));
  expect(runs.compare(waiting, runs.version, 0)).toEqual([]);
  expect(describe(runs.compare(waiting, runs.version, BUS_LAG_MS))).toEqual(["1 unknown", "1 unknown", "started"]);
  expect(runs.waits).toBe(false);
  // Four runs have ended in all.
  expect(describe(runs.end(waiting))).toEqual(["ended 3"]);
  expect(describe(runs.note(event("online", 4)))).toEqual(["1 unknown", "started"]);
});

test("the start that follows is delivered to who first met the process between two runs", () => {
  for (const counted of [false, true]) {
    const runs = new ProcessRuns();
    expect(runs.compare(restarting(4, counted))).toEqual([]);
    expect(describe(runs.note(event("online", 5)))).toEqual(["1 unknown", "started"]);
    expect(describe(runs.note(event("online", 5)))).toEqual([]);
  }
});

test("a start after a stop is delivered, from the bus or from the list", () => {
  for (const deliver of [
    (runs: ProcessRuns) => runs.note(event("online", 0)),
    (runs: ProcessRuns) => [0, BUS_LAG_MS].flatMap((now) => runs.compare(listed(0, true), runs.version, now)),
  ]) {
    const runs = begin();
    runs.note(event("exit", 0, 0));
    expect(describe(runs.end(listed(0, false, 0)))).toEqual(["ended 0"]);
    expect(describe(deliver(runs))).toEqual(["started"]);
    expect(describe(runs.end(listed(0, false, 0)))).toEqual(["ended 0"]);
  }
});

test("a viewer that was away receives the number of ended runs and the new start", () => {
  const delivered = { startedAt: 1_000, restarts: 3, processes: 1, ended: false };
  const since = (before: object, now: object) =>
    describe(missedRuns({ ...delivered, ...before }, { ...delivered, ...now }));
  expect(since({}, {})).toEqual([]);
  expect(since({}, { ended: true })).toEqual([]); // the follower delivers the end with its exit code
  expect(since({}, { startedAt: 2_000, restarts: 8 })).toEqual(["5 unknown", "started"]);
  expect(since({}, { startedAt: 2_000 })).toEqual(["1 unknown", "started"]); // a stop and a start
  expect(since({ ended: true }, { startedAt: 2_000 })).toEqual(["started"]);
  expect(since({ ended: true }, { startedAt: 2_000, restarts: 4 })).toEqual(["started"]);
  expect(since({ ended: true }, { startedAt: 2_000, restarts: 6 })).toEqual(["2 unknown", "started"]);
  const both = { processes: 2, ended: true };
  expect(since(both, { processes: 2, startedAt: 2_000, restarts: 5 })).toEqual(["started"]);
  expect(since({}, { startedAt: 2_000, restarts: 0 })).toEqual(["1 unknown", "started"]); // deleted and started
  expect(since({}, { startedAt: 2_000, processes: 2 })).toEqual([]); // scaled up
});

test("marks of ends and starts contain the delivered state, and are ordered within one life of a log", () => {
  const delivered = { startedAt: 1_764_000_000_000, restarts: 3, processes: 2, ended: true };
  const life = newLife();
  const mark = runMark(life, 4, delivered);
  expect(deliveredAt(mark)).toEqual(delivered);
  expect(deliveredAt({ epoch: "mb1x2-0", at: 4 })).toBeUndefined();
  expect(compareRunMarks(mark, runMark(life, 5, { ...delivered, restarts: 4 }))).toBeLessThan(0);
  expect(compareRunMarks(mark, runMark(`${life}x`, 9, delivered))).toBe(0);
  expect(compareRunMarks(mark, runMark(`${life}x`, 9, { ...delivered, restarts: 4 }))).toBeNaN();
  expect(compareRunMarks(mark, { epoch: "9x-1a", at: 4 })).toBeUndefined();
});
