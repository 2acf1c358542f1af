import { expect, test } from "vitest";
import { formatAgo, formatBytes, formatDuration, formatPercent } from "./format.ts";

test.each([
  [0, "0 B"],
  [1023, "1023 B"],
  [1024, "1 KiB"],
  [1536, "1.5 KiB"],
  [1024 ** 2 - 1, "1 MiB"],
  [15.9 * 1024 ** 3, "15.9 GiB"],
  [-2048, "-2 KiB"],
  [Number.NaN, "–"],
])("%d bytes read as %s", (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test.each([
  [0, "0s"],
  [59.9, "59s"],
  [3_600, "1h"],
  [3_725, "1h 2m"],
  [1_234_567, "14d 6h"],
  [-1, "–"],
])("%d seconds read as %s", (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text);
});

test.each([
  [0, "0%"],
  [0.04, "0.0%"],
  [9.96, "10.0%"],
  [99.6, "100%"],
])("%d percent reads as %s", (percent, text) => {
  expect(formatPercent(percent)).toBe(text);
});

test("shows a time as its distance from now, and an invalid time as a dash", () => {
  const now = Date.parse("2026-01-02T00:00:00Z");
  expect(formatAgo("2026-01-01T23:55:00Z", now)).toContain("5");
  expect(formatAgo(null, now)).toBe("–");
  expect(formatAgo("soon", now)).toBe("–");
});
