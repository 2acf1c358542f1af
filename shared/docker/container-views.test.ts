import { expect, test } from "vitest";
import { toLogFileBytes } from "./container-views.ts";

test.each([
  ["json-file", {}, null],
  ["json-file", null, null],
  ["json-file", { "max-size": "60k", "max-file": "9" }, 61_440],
  ["json-file", { "max-size": "10m" }, 10_485_760],
  ["json-file", { "max-size": "1.5g" }, 1_610_612_736],
  ["json-file", { "max-size": "20KiB" }, 20_480],
  ["json-file", { "max-size": "100" }, 100],
  ["json-file", { "max-size": "-1" }, null],
  ["json-file", { "max-size": "much" }, null],
  ["local", {}, 20_971_520],
  ["local", { "max-size": "10MB" }, 10_485_760],
  ["journald", { "max-size": "10m" }, null],
  ["", {}, null],
])("a log of %s with %j begins another file at %s bytes", (Type, Config, bytes) => {
  expect(toLogFileBytes({ Type, Config })).toBe(bytes);
});
