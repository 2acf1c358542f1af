import { expect, test } from "vitest";
import type { RunState } from "../logs/container-runs.ts";
import { createRunJournal } from "./run-journal.ts";

const began = "2026-11-28T10:00:00.000000000Z";
const announced = "2026-11-28T10:00:00.020000000Z";
const running = (startedAt: string): RunState => ({
  startedAt,
  finishedAt: null,
  running: true,
  exitCode: null,
  restartCount: 0,
});

test("a start event that arrives after its run was read gets the name of that run", () => {
  const journal = createRunJournal();
  expect(journal.note("a", running(began)).startedAt).toBe(began);
  journal.add("a", { kind: "start", time: announced });
  expect(journal.of("a")).toMatchObject([{ time: announced, startedAt: began }]);
});

test("a run that is known by the time of its event keeps that name", () => {
  const journal = createRunJournal();
  journal.add("a", { kind: "start", time: announced, startedAt: announced });
  expect(journal.note("a", running(began)).startedAt).toBe(announced);
});

test("the start of a later run, or of another container, does not get the name", () => {
  const journal = createRunJournal();
  journal.note("a", running(began));
  journal.add("b", { kind: "start", time: announced });
  journal.add("a", { kind: "start", time: "2026-11-28T10:00:11.000000000Z" });
  expect([...journal.of("a"), ...journal.of("b")].map(({ startedAt }) => startedAt)).toEqual([undefined, undefined]);
});

test("older events that the Engine still holds are awaited, and found by the short id of their container", async () => {
  const journal = createRunJournal();
  const replayed = journal.replayed(new AbortController().signal);
  expect(journal.find("abc")).toBeUndefined();
  journal.opened();
  journal.add("abcdef", { kind: "start", time: announced });
  await replayed;
  expect(journal.find("abc")).toBe("abcdef");
  expect(journal.find("bcd")).toBeUndefined();
});
