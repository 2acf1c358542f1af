import { afterEach, expect, test } from "vitest";
import { containerSubject } from "../store/stream-state.ts";
import { startStore, type TestStore } from "../testing.ts";

const START = Date.parse("2026-11-23T16:00:00.000Z");
const at = (ms: number) => new Date(START + ms).toISOString();
const us = (ms: number) => (START + ms) * 1_000;

let store: TestStore;
afterEach(() => store.close());

const marksOf = async () =>
  (await store.search({ order: "asc" })).marks
    .sort((one, other) => (one.time < other.time ? -1 : 1))
    .map(({ kind, run }) => `${kind} ${run}`);

const known = { startedAt: "", ended: false, restartCount: 0 };
const toTime = (ms: number) => at(ms).replace("Z", "000000Z");
const ended = (ms: number, exitCode: number) =>
  ({ kind: "ended", time: toTime(ms), exitCode, known: { ...known, ended: true } }) as const;
const started = (ms: number) =>
  ({ kind: "started", time: toTime(ms), known: { ...known, startedAt: toTime(ms) } }) as const;

test("an end stands after the last line of its run, and the next start before the first line of the next", async () => {
  store = await startStore();
  const stream = store.ingest.stream(containerSubject("id-of-web", "web"));
  store.ingest.noteChange(stream, started(0), "1");
  store.feed("web", [{ text: "first", us: us(1) }]);
  store.ingest.noteChange(stream, ended(500, 137), "2");
  store.ingest.noteChange(stream, started(502), "3");
  store.feed("web", [{ text: "second", us: us(501) }]); // before the Engine noted the start
  store.ingest.noteChange(stream, ended(900, 0), "4");
  store.writer.flush();
  expect(await marksOf()).toEqual(["started 1", "exited 1", "started 2", "exited 2"]);
  const { lines } = await store.search({ order: "asc" });
  expect(lines.map(({ text, run }) => [text, run])).toEqual([
    ["first", 1],
    ["second", 2],
  ]);
});

test("ends whose exit codes are unknown are kept as a count", async () => {
  store = await startStore();
  const stream = store.ingest.stream(containerSubject("id-of-web", "web"));
  store.ingest.noteChange(stream, started(0), "1");
  const unknown = { kind: "ended", time: toTime(500), unknownEnds: 3, known: { ...known, ended: true } } as const;
  store.ingest.noteChange(stream, unknown, "2");
  store.writer.flush();
  const { marks } = await store.search({ order: "asc" });
  expect(marks.at(-1)).toMatchObject({ kind: "exited", unknownEnds: 3 });
  expect(marks.at(-1)).not.toHaveProperty("exitCode");
  expect(marks.at(-1)).not.toHaveProperty("reason");
});

test("containers that write nothing and go are forgotten with their file", async () => {
  let now = Date.now();
  store = await startStore({ maxDays: 14, now: () => now });
  for (let number = 0; number < 50; number++) {
    const stream = store.ingest.stream(containerSubject(`id-${number}`, `gone-${number}`));
    store.ingest.beginRun(stream, new Date(now).toISOString());
    store.ingest.noteRemoval(stream);
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

test("the log under a new name does not begin with a gap: the lines before stand under the old one", async () => {
  store = await startStore();
  store.feed("web", [{ text: "before", us: us(1) }]);
  store.writer.flush();
  const stream = store.ingest.stream(containerSubject("id-of-web", "shop"));
  await store.ingest.put(
    stream,
    [{ track: "out", mark: { epoch: "", at: 0 }, text: "after\n", time: toTime(2), error: false }],
    "2",
  );
  store.writer.flush();
  const { lines, marks } = await store.search({ sources: { container: ["shop"] }, order: "asc" });
  expect(lines.map(({ text }) => text)).toEqual(["after"]);
  expect(marks.filter(({ kind }) => kind === "gap")).toEqual([]);
});
