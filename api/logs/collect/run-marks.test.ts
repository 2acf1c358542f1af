import { expect, test } from "vitest";
import { containerSubject, createStream } from "../store/stream-state.ts";
import { endRun, placeChange, startRun } from "./run-marks.ts";

const time = "2026-11-23T16:00:00.000Z";
const us = Date.parse(time) * 1_000;

test("a change stands after the last line, unless the clock was set back by more than a minute", () => {
  expect(placeChange(us - 5, time)).toBe(us);
  expect(placeChange(us + 5, time)).toBe(us + 6);
  expect(placeChange(us + 60_000_000, time)).toBe(us + 60_000_001);
  expect(placeChange(us + 60_000_001, time)).toBe(us);
  expect(placeChange(us, null)).toBe(us + 1);
});

test("an end without a known start belongs to the first run, and the next start counts on", () => {
  const stream = { ...createStream(containerSubject("id", "web")), nextN: 3 };
  const known = { startedAt: time, ended: true, restartCount: 0 };
  expect(endRun(stream, { kind: "ended", time, exitCode: 2, known })).toMatchObject({ n: 3, run: 1, exitCode: 2, us });
  expect(stream).toMatchObject({ run: 1, ended: true, lastUs: us });
  expect(startRun(stream, null)).toEqual({ n: 3, run: 2, kind: "started", us: us + 1 });
  expect(stream).toMatchObject({ run: 2, ended: false, startedAt: null });
});
