import { describe, expect, test } from "vitest";
import { createFormats } from "./format.ts";
import { usableLocales } from "./locale.ts";

const us = createFormats(["en-US"]);
const de = createFormats(["de-DE"]);
/** Languages put a no-break space before a percent sign. */
const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, " ");

test.each([
  [0, "0 B", "0 B"],
  [1023, "1,023 B", "1,023 B"],
  [1024, "1 KiB", "1.0 KiB"],
  [1536, "1.5 KiB", "1.5 KiB"],
  [1024 ** 2 - 1, "1 MiB", "1.0 MiB"],
  [15.94 * 1024 ** 3, "15.9 GiB", "15.9 GiB"],
  [1.416 * 1024 ** 3, "1.42 GiB", "1.4 GiB"],
  [512 * 1024 ** 2, "512 MiB", "512.0 MiB"],
  [-2048, "-2 KiB", "-2.0 KiB"],
  [Number.NaN, "–", "–"],
])("%d bytes read as %s, and as %s in a column", (bytes, text, inColumn) => {
  expect([us.formatBytes(bytes), us.columnBytes(bytes)]).toEqual([text, inColumn]);
});

test.each([
  [0, "0s"],
  [59.9, "59s"],
  [3_600, "1h"],
  [3_725, "1h 2m"],
  [1_234_567, "14d 6h"],
  [-1, "–"],
])("%d seconds read as %s", (seconds, text) => {
  expect(us.formatDuration(seconds)).toBe(text);
});

test.each([
  [0, "0ms"],
  [999.4, "999ms"],
  [999.6, "1.00s"],
  [1_239, "1.24s"],
  [9_994, "9.99s"],
  [9_996, "10.0s"],
  [59_949, "59.9s"],
  [60_000, "1m"],
  [725_000, "12m 5s"],
  [Number.NaN, "–"],
])("what took %d ms reads as %s", (ms, text) => {
  expect(us.formatElapsed(ms)).toBe(text);
});

test.each([
  [0, "0%", "0.0%"],
  [0.04, "0%", "0.0%"],
  [9.96, "10%", "10.0%"],
  [99.4, "99%", "99.4%"],
  [1_200, "1,200%", "1,200.0%"],
  [Number.NaN, "–", "–"],
])("%d percent reads as %s, and of a processor as %s", (percent, text, cpu) => {
  expect([us.formatPercent(percent), us.formatCpu(percent)]).toEqual([text, cpu]);
});

test.each([
  ["2026-01-01T23:55:01Z", "4m ago"],
  ["2026-01-01T23:59:59.500Z", "now"],
  ["2026-01-01T23:59:48Z", "12s ago"],
  ["2025-12-30T00:00:00Z", "3d ago"],
  ["2025-11-01T00:00:00Z", "2mo ago"],
  ["2022-01-02T00:00:00Z", "4y ago"],
  ["2026-01-02T05:00:00Z", "in 5h"],
  [null, "–"],
  ["soon", "–"],
])("%s is %s", (iso, text) => {
  expect(us.formatAgo(iso, Date.parse("2026-01-02T00:00:00Z"))).toBe(text);
});

describe("in another language", () => {
  test("numbers, percent signs and dates are written as there, and words stay English", () => {
    const now = Date.parse("2026-11-03T12:00:00");
    const iso = new Date(now).toISOString();
    expect(de.formatBytes(1.416 * 1024 ** 3)).toBe("1,42 GiB");
    expect(de.columnBytes(1024)).toBe("1,0 KiB");
    expect(plain(de.formatCpu(148))).toBe("148,0 %");
    expect(plain(de.formatPercent(24))).toBe("24 %");
    expect(de.formatCount(1_234)).toBe("1.234");
    expect(de.formatElapsed(1_239)).toBe("1,24s");
    expect([us.formatDateTime(iso), de.formatDateTime(iso)]).toEqual(["Nov 3, 2026, 12:00:00", "03.11.2026, 12:00:00"]);
    expect(createFormats(["en-GB"]).formatDateTime(iso)).toBe("3 Nov 2026, 12:00:00");
    expect(de.formatAgo(iso, now + 300_000)).toBe("5m ago");
  });

  test.each([
    [
      ["en-US@posix", "en-US"],
      ["en-US", "en-US"],
    ],
    [["de-DE@posix"], ["de-DE"]],
    [["C"], undefined],
    [["C.UTF-8", "en-GB"], ["en-GB"]],
    [[], undefined],
    [
      ["de", "en-US"],
      ["de", "en-US"],
    ],
  ])("of the browser's %j, %j are used", (tags, usable) => {
    expect(usableLocales(tags)).toEqual(usable);
    expect(createFormats(usableLocales(tags)).formatCount(1)).toBe("1");
  });
});
