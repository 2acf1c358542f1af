import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import type { StoredLogLine } from "../../../shared/protocol/log-search.ts";
import { toMicros } from "../store/line-time.ts";
import { listSegments, openSegment, segmentPath } from "../store/segment.ts";
import { type FedLine, startStore, type TestStore } from "../testing.ts";

let store: TestStore;
afterEach(() => store?.close());

const HOUR_US = 3_600_000_000;
const start = toMicros(Date.now()) - HOUR_US;
const texts = (lines: readonly StoredLogLine[]) => lines.map(({ text }) => text);

/** Three containers whose lines are out of order by up to a second, as the Engine's streams are. */
function feedMany(count: number): (FedLine & { name: string })[] {
  const all: (FedLine & { name: string })[] = [];
  for (let index = 0; index < count; index++) {
    const us = start + index * 20_000 + Math.floor(Math.random() * 1_000_000);
    const level = ["INFO", "ERROR", "debug:"][index % 3] ?? "";
    const text = `${level} line ${index} ${randomBytes(30).toString("hex")}`;
    all.push({ name: `web-${index % 3}`, text, us, error: index % 7 === 0 });
  }
  for (const name of ["web-0", "web-1", "web-2"]) {
    const own = all.filter((line) => line.name === name);
    for (let at = 0; at < own.length; at += 500) {
      store.feed(name, own.slice(at, at + 500));
      store.writer.flush();
    }
  }
  return all.sort((one, other) => one.us - other.us);
}

async function pages(query: Parameters<TestStore["search"]>[0], cursor: "older" | "newer"): Promise<StoredLogLine[]> {
  const lines: StoredLogLine[] = [];
  let place: string | undefined;
  for (;;) {
    const given = place === undefined ? {} : cursor === "older" ? { before: place } : { after: place };
    const page = await store.search({ order: cursor === "older" ? "desc" : "asc", limit: 997, ...query, ...given });
    lines.push(...page.lines);
    const next = page[cursor];
    if (next === null || next === place || (page.complete && page.lines.length === 0)) return lines;
    place = next;
  }
}

test("gives every line once and in order of time over all containers, by pages in both directions", async () => {
  store = await startStore({ maxBytes: 8 * 1024 * 1024 });
  const all = feedMany(12_000);
  expect(listSegments(store.folder).length).toBeGreaterThan(1);
  const times = (lines: readonly { time: string }[]) => lines.map(({ time }) => time);
  const up = await pages({}, "newer");
  expect(up.length).toBe(all.length);
  expect(times(up)).toEqual(times(up).sort());
  expect(new Set(up.map(({ id }) => id)).size).toBe(all.length);
  expect(new Set(texts(up))).toEqual(new Set(all.map(({ text }) => text)));
  expect(texts(await pages({}, "older"))).toEqual(texts(up).reverse());
  const word = all[4_321]?.text.slice(-20) ?? "";
  const filters = [
    { q: word.toUpperCase() },
    { q: "line 77" },
    { level: ["error" as const], stream: "stderr" as const },
    { regex: "line \\d*99 " },
    { sources: { container: ["web-1"] }, since: new Date((start + 60_000_000) / 1000).toISOString() },
  ];
  const fits = [
    ({ text }: FedLine) => text.endsWith(word),
    ({ text }: FedLine) => text.includes("line 77"),
    ({ text, error }: FedLine) => text.startsWith("ERROR") && error === true,
    ({ text }: FedLine) => /line \d*99 /.test(text),
    ({ name, us }: FedLine & { name: string }) =>
      name === "web-1" && us >= Math.floor((start + 60_000_000) / 1_000) * 1_000,
  ];
  for (const [index, filter] of filters.entries()) {
    const found = await pages(filter, "older");
    const expected = all.filter((line) => fits[index]?.(line));
    expect(new Set(texts(found))).toEqual(new Set(expected.map(({ text }) => text)));
    expect(found.length).toBe(expected.length);
  }
});

test("keeps the id of a line when it moves into a block, and shows it among its neighbours", async () => {
  store = await startStore();
  store.feed(
    "web",
    [1, 2, 3, 4, 5].map((n) => ({ text: `line ${n}`, us: start + n })),
  );
  store.writer.flush();
  const id = (await store.search()).lines[2]?.id ?? "";
  store.feed(
    "web",
    Array.from({ length: 3_000 }, (_, n) => ({ text: `later ${n} ${"x".repeat(40)}`, us: start + 10 + n })),
  );
  store.writer.flush();
  const around = await store.reader.around({ id, before: 1, after: 2, sources: null });
  expect(texts(around.lines)).toEqual(["line 2", "line 3", "line 4", "line 5"]);
  expect(around.lines[1]?.id).toBe(id);
  const older = await store.search({ sources: { container: ["web"] }, before: around.older ?? "" });
  expect(texts(older.lines)).toEqual(["line 1"]);
  await expect(
    store.reader.around({ id, before: 1, after: 1, sources: { container: ["other"] } }),
  ).rejects.toMatchObject({
    code: "forbidden",
  });
  await expect(store.reader.around({ id: "1-1-zzz", before: 1, after: 1, sources: null })).rejects.toMatchObject({
    code: "not_found",
  });
});

test("splits thousands of lines of one instant, and the events among them, at the place of one of them", async () => {
  store = await startStore();
  const same = Array.from({ length: 3_000 }, (_, n) => ({ text: `same ${n}`, us: start }));
  store.feed("other", [{ text: "other", us: start }]);
  store.feed("web", same.slice(0, 2_000));
  store.writer.flush();
  store.feed("web", same.slice(2_000));
  store.writer.flush();
  const all = await pages({}, "newer");
  expect(all).toHaveLength(3_001);
  for (const at of [0, 1, 1_500, 2_001, 3_000]) {
    const { place } = await store.reader.around({ id: all[at]?.id ?? "", before: 0, after: 0, sources: null });
    const before = await store.search({ before: place.before, limit: 100 });
    const from = await store.search({ after: place.from, order: "asc", limit: 100 });
    expect(texts(before.lines)).toEqual(texts(all.slice(Math.max(0, at - 100), at)).reverse());
    expect(texts(from.lines)).toEqual(texts(all.slice(at, at + 100)));
    // The beginnings of both logs stand before their first lines, so on the last page back.
    const begins = before.older === null ? before : await store.search({ before: before.older, limit: 3_000 });
    if (begins !== before) expect(before.marks).toEqual([]);
    expect(begins.marks.map(({ kind }) => kind)).toEqual(["begin", "begin"]);
    expect(from.marks).toEqual([]);
  }
});

test("takes times to the microsecond, and whole milliseconds where no more is said", async () => {
  store = await startStore();
  const at = Math.floor(start / 1_000_000) * 1_000_000;
  store.feed(
    "web",
    [0, 1, 499, 500, 501, 999, 1_000].map((us) => ({ text: `${us}`, us: at + us })),
  );
  store.writer.flush();
  const second = new Date(at / 1_000).toISOString().slice(0, 19);
  const found = async (since: string, until: string) =>
    texts((await store.search({ order: "asc", since: `${second}.${since}`, until: `${second}.${until}` })).lines);
  expect(await found("000Z", "000Z")).toEqual(["0", "1", "499", "500", "501", "999"]);
  expect(await found("000500Z", "000Z")).toEqual(["500", "501", "999"]);
  expect(await found("000001Z", "000500999Z")).toEqual(["1", "499", "500"]);
  expect(await found("0005Z", "001+00:00")).toEqual(["500", "501", "999", "1000"]);
  // The counts over time are of the same lines, with no bucket for the last millisecond alone.
  for (const [since, until, total] of [
    ["000Z", "000Z", 6],
    ["000500Z", "000999999Z", 3],
    ["0005Z", "0005Z", 1],
    ["000Z", "001Z", 7],
  ] as const) {
    const range = { since: `${second}.${since}`, until: `${second}.${until}` };
    const counts = await store.reader.histogram({ sources: null, level: [], buckets: 10, ...range });
    expect([counts.total, counts.buckets.length]).toEqual([total, 1]);
  }
});

test("gives up the oldest lines to keep its size, counts them and says where they are missing", async () => {
  store = await startStore({ maxBytes: 1024 * 1024 });
  const count = 8_000;
  for (let at = 0; at < count; at += 500) {
    const lines = Array.from({ length: 500 }, (_, n) => ({
      text: `${at + n} ${randomBytes(100).toString("base64")}`,
      us: start + at + n,
    }));
    store.feed("web", lines);
    store.writer.flush();
    expect(store.writer.state().bytesUsed).toBeLessThan(1.5 * 1024 * 1024);
  }
  const { linesDropped } = store.writer.state();
  expect(linesDropped).toBeGreaterThan(500);
  const [source] = (await store.reader.summary()).sources;
  expect(linesDropped + (source?.lines ?? 0)).toBe(count);
  const oldest = await store.search({ order: "asc", limit: 1 });
  expect(oldest.lines[0]?.text).toMatch(new RegExp(`^${linesDropped} `));
  expect(oldest.marks).toMatchObject([{ kind: "gap", reason: "expired" }]);
});

test("shows nothing past its age, and removes the file some time later", async () => {
  let now = Date.now() - 20 * 86_400_000;
  store = await startStore({ maxDays: 14, now: () => now });
  store.feed("web", [{ text: "old", us: toMicros(now) }]);
  store.writer.flush();
  expect((await store.search()).lines).toEqual([]);
  now = Date.now();
  store.feed("web", [{ text: "new", us: toMicros(now) }]);
  store.writer.flush();
  expect(listSegments(store.folder)).toEqual([2]);
  expect(texts((await store.search()).lines)).toEqual(["new"]);
});

test("continues without the lines of a damaged file", async () => {
  store = await startStore({ maxBytes: 4 * 1024 * 1024 });
  feedMany(6_000);
  const [first = 0] = listSegments(store.folder);
  writeFileSync(segmentPath(store.folder, first), Buffer.alloc(8_192, 7));
  const found = await pages({}, "newer");
  expect(found.length).toBeGreaterThan(1_000);
  expect(found.length).toBeLessThan(6_000);
});

test("leaves out a block whose content cannot be read", async () => {
  store = await startStore();
  feedMany(6_000);
  const database = openSegment(segmentPath(store.folder, 1));
  const { lines } = database.prepare("SELECT lines FROM block WHERE id = 2").get() ?? {};
  database.exec("UPDATE content SET text = x'00112233' WHERE id = 2");
  database.close();
  expect((await pages({}, "older")).length).toBe(6_000 - Number(lines));
});

test("ends for patterns that make others backtrack for ever", async () => {
  store = await startStore();
  store.feed(
    "web",
    Array.from({ length: 2_000 }, (_, n) => ({ text: "a".repeat(300), us: start + n })),
  );
  store.writer.flush();
  for (const regex of ["^(a+)+$x", "(a|aa)+$x", "(.*a){12}b"]) {
    expect((await store.search({ regex })).lines).toEqual([]);
  }
});

test("counts by time and level, the same from counts of blocks as from single lines", async () => {
  store = await startStore();
  const all = feedMany(6_000);
  const query = { sources: null, level: [], buckets: 60, since: new Date(start / 1000).toISOString() };
  const whole = await store.reader.histogram(query);
  expect(whole.total).toBe(all.length);
  expect(whole.buckets.length).toBeLessThanOrEqual(60);
  const byLine = await store.reader.histogram({ ...query, regex: "." });
  expect(byLine.buckets).toEqual(whole.buckets);
  const errors = await store.reader.histogram({ ...query, level: ["error"] });
  expect(errors.total).toBe(2_000);
  expect(whole.marks).toEqual([]);
  const wide = await store.reader.histogram({ ...query, buckets: 1 });
  expect(wide.buckets).toMatchObject([{ counts: { info: 2_000, error: 2_000, debug: 2_000 } }]);
});

test("begins anew when the newest file was only half made, from where the one before stood", async () => {
  store = await startStore();
  store.feed("web", [{ text: "kept", us: start }]);
  store.writer.flush();
  store.writer.close();
  writeFileSync(join(store.folder, "00000002.db"), "", { mode: 0o600 });
  const { openWriter } = await import("../store/writer.ts");
  const again = openWriter({ folder: store.folder, maxBytes: 1e9, maxDays: 14 });
  expect(again.streams.get("id-of-web")).toMatchObject({ nextN: 1, position: "0" });
  expect(listSegments(store.folder)).toEqual([1]);
  Object.assign(store.writer, { flush: again.flush, close: again.close });
});
