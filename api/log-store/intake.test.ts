import { afterEach, expect, test } from "vitest";
import { startStore, type TestStore } from "./testing.ts";

const START = Date.parse("2026-11-23T16:00:00.000Z");
const at = (ms: number) => new Date(START + ms).toISOString();
const us = (ms: number) => (START + ms) * 1_000;

let store: TestStore;
afterEach(() => store.close());

const marksOf = async () =>
  (await store.search({ order: "asc" })).marks
    .sort((one, other) => (one.time < other.time ? -1 : 1))
    .map(({ kind, run }) => `${kind} ${run}`);

test("the end of a run stands before the next one, also when that is over by the time it is told", async () => {
  store = await startStore();
  const stream = store.intake.stream("id-of-web", "web");
  store.intake.beginRun(stream, at(0));
  store.feed("web", [
    { text: "first", us: us(1) },
    { text: "second", us: us(500) },
  ]);
  const twice = { startedAt: at(502), finishedAt: at(900) };
  store.intake.noteExit(stream, 137, twice);
  store.intake.noteRun(stream, twice);
  store.intake.noteExit(stream, 137, twice);
  store.writer.flush();
  expect(await marksOf()).toEqual(["started 1", "exited 1", "started 2", "exited 2"]);
});

test("a run that wrote nothing stands between the end before it and its own", async () => {
  store = await startStore();
  const stream = store.intake.stream("id-of-web", "web");
  store.intake.beginRun(stream, at(0));
  store.feed("web", [{ text: "first", us: us(1) }]);
  const twice = { startedAt: at(502), finishedAt: at(900) };
  store.intake.noteExit(stream, 137, twice);
  store.intake.noteRun(stream, twice);
  store.intake.noteExit(stream, 0, twice);
  store.writer.flush();
  expect(await marksOf()).toEqual(["started 1", "exited 1", "started 2", "exited 2"]);
});

test("containers that write nothing and go are forgotten with their file", async () => {
  let now = Date.now();
  store = await startStore({ maxDays: 14, now: () => now });
  for (let number = 0; number < 50; number++) {
    const stream = store.intake.stream(`id-${number}`, `gone-${number}`);
    store.intake.beginRun(stream, new Date(now).toISOString());
    store.intake.noteRemoval(stream);
  }
  const first = store.writer.flush().segment;
  expect(store.writer.streams.size).toBe(50);
  now += 2 * 86_400_000;
  expect(store.writer.flush().segment).toBe(first + 1);
  expect(store.writer.streams.size).toBe(0);
  now += 14 * 86_400_000;
  store.writer.flush();
  expect((await store.search()).marks).toEqual([]);
});
