import { createRoot } from "solid-js";
import { expect, test } from "vitest";
import type { ActivityEntry } from "../../../../shared/protocol/activity.ts";
import { createPagedList } from "../../resource/paged-list.ts";
import { durationOf, sentenceOf, targetHref, toRows } from "./activity-entry.ts";

const entry = (more: Partial<ActivityEntry> = {}): ActivityEntry => ({
  sequence: 1,
  id: "a",
  action: "service:restart",
  kind: "service",
  target: "web",
  targetId: "web",
  actor: { kind: "user", id: "u", name: "Ana" },
  state: "succeeded",
  error: null,
  startedAt: "2026-03-05T12:00:00.000Z",
  finishedAt: null,
  outputLines: 0,
  outputBytes: 0,
  cancellable: false,
  undoable: false,
  ...more,
});

test.each<[Partial<ActivityEntry>, string]>([
  [{}, "Ana restarted web"],
  [{ state: "failed" }, "Ana tried to restart web"],
  [{ state: "running", action: "stack:pull", target: "shop" }, "Ana started to pull the images of shop"],
  [{ action: "account:password" }, "Ana changed the own password"],
  [{ action: "deployment:remove", target: "api" }, "Ana removed api from PM2"],
  [{ actor: { kind: "key", id: "k", name: "ci" } }, "ci (API key) restarted web"],
  [{ target: "we\u202eb" }, "Ana restarted we[U+202E]b"],
  [{ action: "future:paint-red" }, "Ana did paint red web"],
])("an entry reads as a sentence", (more, sentence) => {
  expect(sentenceOf(entry(more))).toBe(sentence);
});

test("the time an action took is exact below a second", () => {
  const startedAt = "2026-03-05T12:00:00.000Z";
  expect(durationOf({ startedAt, finishedAt: "2026-03-05T12:00:00.040Z" }, 0)).toBe("40ms");
  expect(durationOf({ startedAt, finishedAt: null }, Date.parse(startedAt) + 65_000)).toBe("1m 5s");
});

test("an entry leads to its target", () => {
  expect(targetHref(entry())).toBe("/services/web");
  expect(targetHref(entry({ kind: "deployment", target: "shop/api" }))).toBe("/deployments/shop%2Fapi");
  expect(targetHref(entry({ kind: "file", target: "/a b/c.txt" }))).toBe("/files/a%20b");
  expect(targetHref(entry({ kind: "file", target: "/c.txt" }))).toBe("/files");
  expect(targetHref(entry({ kind: "mcp", targetId: "m1", target: "x (m1)" }))).toBe("/mcp/m1");
  expect(targetHref(entry({ kind: "activity" }))).toBeUndefined();
});

test("each day has one row above its entries", () => {
  const now = new Date(2026, 2, 5, 12).getTime();
  const at = (days: number) => new Date(now - days * 86_400_000).toISOString();
  const rows = toRows(
    [0, 0, 1, 9].map((days) => entry({ startedAt: at(days) })),
    now,
  );
  expect(rows.map((row) => ("day" in row ? row.day : "entry"))).toEqual([
    "Today",
    "entry",
    "entry",
    "Yesterday",
    "entry",
    expect.stringContaining("2026"),
    "entry",
  ]);
});

/** Pages of numbers, the highest first; `size` numbers are read for a page, of which some match. */
function pagesOf(
  stored: () => readonly { sequence: number; text: string }[],
  size: number,
  matches = (_: number) => true,
) {
  return createPagedList<{ sequence: number; text: string }, null>({
    initial: null,
    sequenceOf: ({ sequence }) => sequence,
    async fetchPage(_filter, before = Number.MAX_SAFE_INTEGER) {
      const read = stored()
        .filter(({ sequence }) => sequence < before)
        .slice(0, size);
      const next = read.length === size ? (read.at(-1)?.sequence ?? null) : null;
      return { entries: read.filter(({ sequence }) => matches(sequence)), next };
    },
  });
}
const numbers = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ sequence: count - index, text: "old" }));

test("a refresh adds new entries and replaces changed ones, and keeps the older pages that are loaded", async () => {
  let stored = numbers(99);
  await createRoot(async (dispose) => {
    const list = pagesOf(() => stored, 40);
    list.load(null);
    await expect.poll(() => list.entries().length).toBe(40);
    list.more();
    await expect.poll(() => list.entries().length).toBe(80);
    stored = [
      { sequence: 100, text: "new" },
      ...stored.map((one) => (one.sequence === 99 ? { ...one, text: "new" } : one)),
    ];
    await list.refresh();
    expect(list.entries().map(({ sequence }) => sequence)).toEqual(
      numbers(100)
        .slice(0, 81)
        .map(({ sequence }) => sequence),
    );
    expect(list.entries()[1]?.text).toBe("new");
    list.more();
    await expect.poll(() => list.entries().length).toBe(100);
    expect(list.next()).toBeNull();
    dispose();
  });
});

test("a page on which nothing matches is followed by the next one", async () => {
  const stored = numbers(1_000);
  await createRoot(async (dispose) => {
    const list = pagesOf(
      () => stored,
      40,
      (sequence) => sequence <= 3,
    );
    list.load(null);
    await expect.poll(() => list.loading()).toBe(false);
    expect(list.entries().map(({ sequence }) => sequence)).toEqual([3, 2, 1]);
    expect(list.next()).toBeNull();
    await list.refresh(); // nothing on the newest page matches
    expect(list.entries()).toHaveLength(3);
    dispose();
  });
});
