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
  const at = (clock: string) => `2026-11-25T${clock}.000Z`;
  const lines = [
    ...toLines({ data: "one\nthree\n", timestamp: at("09:00:03"), ages: [2_000, 0], instance: 0 }, state),
    ...toLines({ data: "two\n", timestamp: at("09:00:02"), type: "error", instance: 0 }, state),
    ...toLines({ data: "untimed\n", timestamp: at("10:00:00"), approximate: true }, state),
  ];
  expect(lines.map(({ time, exact, approximate }) => [time, exact, approximate])).toEqual([
    [at("09:00:01"), true, undefined],
    [at("09:00:03"), true, undefined],
    [at("09:00:02"), true, undefined],
    [at("10:00:00"), false, true],
  ]);
  expect(lines.map((line) => line.at)).toEqual(lines.map(({ time }) => Date.parse(time)));
  expect(state.hasOwnTimes).toBe(true);
});
