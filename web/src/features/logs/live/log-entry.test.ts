import { expect, test } from "vitest";
import traces from "../../../../../shared/logs/level-traces.json" with { type: "json" };
import { createLineState, type LogBatch, toLines } from "./log-entry.ts";

const time = "2026-11-25T10:00:00.000Z";
const levelsOf = (batches: LogBatch[]) => {
  let id = 0;
  const state = createLineState(() => id++);
  return batches.flatMap((batch) => toLines(batch, state).map(({ level }) => level));
};

test.each(traces)("live lines of $logger have the levels of the stored ones, across batches", ({ lines }) => {
  const batches = lines.map(([, text]) => ({ data: `${text}\n`, timestamp: time }));
  expect(levelsOf(batches)).toEqual(lines.map(([level]) => level));
});

test("continuation lines of one process do not take the level of another process", () => {
  const batch = (instance: number, data: string) => ({ data, timestamp: time, instance });
  expect(
    levelsOf([batch(0, "ERROR refused\n"), batch(1, "INFO up\n"), batch(0, "    at pay\n"), batch(1, "  more\n")]),
  ).toEqual(["error", "info", "error", "info"]);
});

test("lines of a process stand at the times they name, in whatever order its two files are read", () => {
  let id = 0;
  const state = createLineState(() => id++, undefined, true);
  const out = ["2026-11-25T09:00:01Z one", "  continued", "2026-11-25T09:00:03.500+00:00 three"].join("\n");
  const lines = [
    ...toLines({ data: `${out}\n`, timestamp: time, instance: 0 }, state),
    ...toLines({ data: "[2026-11-25 10:00:02 +0100] two\n", timestamp: time, type: "error", instance: 0 }, state),
    ...toLines(
      { data: "2026-11-25T11:00:00Z later than it was read\n2026-11-25T09:00:00 no zone\n", timestamp: time },
      state,
    ),
  ];
  expect(lines.map(({ at }) => new Date(at).toISOString().slice(11, 23))).toEqual([
    "09:00:01.000",
    "09:00:01.000",
    "09:00:03.500",
    "09:00:02.000",
    "10:00:00.000",
    "10:00:00.000",
  ]);
  expect(lines.map(({ exact }) => exact)).toEqual([true, true, true, true, false, true]);
  expect(state.hasOwnTimes).toBe(true);
});
