import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { silentLog } from "../../shared/server/log.ts";
import { type TempFolder, tempFolder } from "../../shared/testing/temp-folder.ts";
import { openRetentionFloor } from "./retention-floor.ts";
import { createReader } from "./search/reader.ts";
import { toMicros } from "./store/line-time.ts";
import { startStore } from "./testing.ts";

const DAY_MS = 86_400_000;
let folder: TempFolder;
beforeEach(async () => {
  folder = await tempFolder("retention");
});
afterEach(() => folder.remove());

test("a longer budget of days brings back nothing that a shorter one has hidden, across restarts", () => {
  let now = 100 * DAY_MS;
  const open = () => openRetentionFloor(folder.path, silentLog(), () => now);
  const floor = open();
  floor.apply(14);
  expect(floor.ms).toBe(0);
  floor.apply(1);
  floor.apply(14);
  expect(floor.ms).toBe(99 * DAY_MS);
  now += 30 * DAY_MS;
  const later = open();
  later.apply(14);
  expect(later.ms).toBe(99 * DAY_MS);
  later.apply(7);
  later.apply(30);
  expect(later.ms).toBe(123 * DAY_MS);
  writeFileSync(join(folder.path, "retention.json"), "{");
  expect(open().ms).toBe(0);
});

test("lines before the floor are neither found nor shown around another line", async () => {
  const store = await startStore();
  try {
    const us = toMicros(Date.now());
    store.feed("web", [
      { text: "hidden", us: us - 2_000_000 },
      { text: "shown", us },
    ]);
    store.writer.flush();
    const { lines } = await store.search({});
    const reader = createReader({
      folder: store.folder,
      maxDays: () => 14,
      floorMs: () => us / 1_000 - 1_000,
      onDamage() {},
    });
    const found = await reader.search({ sources: null, level: [], limit: 10, order: "asc" });
    expect(found.lines.map(({ text }) => text)).toEqual(["shown"]);
    const around = (id = "") => reader.around({ id, before: 5, after: 5, sources: null });
    expect((await around(lines.find(({ text }) => text === "shown")?.id)).lines.map(({ text }) => text)).toEqual([
      "shown",
    ]);
    await expect(around(lines.find(({ text }) => text === "hidden")?.id)).rejects.toMatchObject({ code: "not_found" });
    reader.close();
  } finally {
    await store.close();
  }
});
