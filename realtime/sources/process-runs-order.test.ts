import { expect, test } from "vitest";
import type { ProcessEvent, ProcessLogFiles } from "../../shared/host/processes.ts";
import type { RunChange } from "../../shared/logs/container-runs.ts";
import { ProcessRuns } from "./process-runs.ts";

const event = (action: string, restarts: number, exitCode = 3): ProcessEvent => ({
  ...{ id: "app", name: "app", pmId: 0, action, restarts, exitCode },
});
const listed = (restarts: number, running: boolean, exitCode: number | undefined = 3): ProcessLogFiles[] => [
  {
    ...{ pmId: 0, name: "app", out: "/o", error: "/e", both: null },
    ...{ running, ended: !running, restarts, exitCode },
  },
];
const words = (changes: RunChange[]) =>
  changes.map(({ kind, exitCode, unknownEnds }) =>
    kind === "started" ? "started" : exitCode === undefined ? `${unknownEnds} unknown` : `ended ${exitCode}`,
  );
function begin(): ProcessRuns {
  const runs = new ProcessRuns();
  expect(runs.compare(listed(0, true, undefined))).toEqual([]);
  return runs;
}

test("a restart that the list told of is not told again when the bus comes later", () => {
  const runs = begin();
  expect(words(runs.compare(listed(1, true)))).toEqual([]);
  expect(words(runs.compare(listed(1, true)))).toEqual(["ended 3", "started"]);
  expect(words(runs.end(listed(1, false)))).toEqual(["ended 3"]);
  expect(words(runs.note(event("exit", 0)))).toEqual([]);
  expect(words(runs.note(event("online", 1)))).toEqual([]);
  expect(words(runs.note(event("exit", 1)))).toEqual([]);
  expect(words(runs.note(event("online", 2)))).toEqual(["started"]);
});

test("restarts that the bus did not bring are a count, and the newest one has its exit code", () => {
  const runs = begin();
  expect(words(runs.compare(listed(5, true)))).toEqual([]);
  expect(runs.waits).toBe(true);
  expect(words(runs.compare(listed(5, true)))).toEqual(["4 unknown", "ended 3", "started"]);
  expect(runs.waits).toBe(false);
});

test("a start after a stop is told, by the bus or by the list", () => {
  for (const tell of [
    (runs: ProcessRuns) => runs.note(event("online", 0)),
    (runs: ProcessRuns) => [...runs.compare(listed(0, true)), ...runs.compare(listed(0, true))],
  ]) {
    const runs = begin();
    runs.note(event("exit", 0, 0));
    expect(words(runs.end(listed(0, false, 0)))).toEqual(["ended 0"]);
    expect(words(tell(runs))).toEqual(["started"]);
    expect(words(runs.end(listed(0, false, 0)))).toEqual(["ended 0"]);
  }
});
