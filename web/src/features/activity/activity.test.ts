import { createRoot } from "solid-js";
import { expect, test } from "vitest";
import type { ActivityEntry } from "../../../../shared/protocol/activity.ts";
import { createPagedList } from "../../resource/paged-list.ts";
import { sentenceOf, targetHref, toRows } from "./activity-entry.ts";

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

test("a refresh adds new entries and replaces changed ones, and keeps the older pages that are loaded", async () => {
  let stored = Array.from({ length: 7 }, (_, index) => ({ sequence: 7 - index, text: "old" }));
  await createRoot(async (dispose) => {
    const list = createPagedList<{ sequence: number; text: string }, null>({
      initial: null,
      sequenceOf: ({ sequence }) => sequence,
      async fetchPage(_filter, before = Number.MAX_SAFE_INTEGER) {
        const entries = stored.filter(({ sequence }) => sequence < before).slice(0, 3);
        return { entries, next: entries.length === 3 ? (entries.at(-1)?.sequence ?? null) : null };
      },
    });
    list.load(null);
    await expect.poll(() => list.entries().length).toBe(3);
    list.more();
    await expect.poll(() => list.entries().length).toBe(6);
    stored = [
      { sequence: 8, text: "new" },
      ...stored.map((one) => (one.sequence === 7 ? { ...one, text: "new" } : one)),
    ];
    await list.refresh();
    expect(list.entries().map(({ sequence }) => sequence)).toEqual([8, 7, 6, 5, 4, 3, 2]);
    expect(list.entries()[1]?.text).toBe("new");
    list.more();
    await expect.poll(() => list.entries().length).toBe(8);
    expect(list.next()).toBeNull();
    dispose();
  });
});
