import { expect, test } from "vitest";
import { attachment, parseRange } from "./byte-range.ts";

test.for([
  ["bytes=0-0", { start: 0, end: 0 }],
  ["bytes=2-", { start: 2, end: 9 }],
  ["bytes=-3", { start: 7, end: 9 }],
  ["bytes=-99", { start: 0, end: 9 }],
  ["bytes=5-999", { start: 5, end: 9 }],
  ["bytes=10-", null],
  ["bytes=-0", null],
  ["bytes=3-2", undefined],
  ["bytes=0-1,3-4", undefined],
  ["bytes=-", undefined],
  ["lines=0-1", undefined],
  ["bytes=1-x", undefined],
  [undefined, undefined],
] as const)("reads the range %s of ten bytes", ([header, range]) => {
  expect(parseRange(header, 10)).toEqual(range);
});

test("has no range of an empty body", () => {
  expect(parseRange("bytes=0-", 0)).toBeNull();
});

test.for(['quo"te', "new\r\nX-Header: 1", "é\u202egnp.exe", "semi; filename=x", "per%41cent", "\\"])(
  "names %j without splitting the header",
  (name) => {
    const header = attachment(name);
    expect(header).toMatch(/^attachment; filename="[^"\\\r\n%]*"; filename\*=UTF-8''[\w.%~!#$&+^`|-]*$/);
    expect(decodeURIComponent(header.split("''")[1] ?? "")).toBe(name);
  },
);
