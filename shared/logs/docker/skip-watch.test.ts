import { describe, expect, test } from "vitest";
import type { StoredLine } from "./line-assembler.ts";
import { createSkipWatch } from "./skip-watch.ts";

const OPENED = "2026-03-01T10:00:00.000Z";
const FILE_BYTES = 10 * 1024 ** 2; // takes 42 ms to write at least
const BURST = "x".repeat(20_000);
const line = (ms: number, text = BURST): StoredLine => ({
  time: new Date(Date.parse(OPENED) + ms).toISOString().replace("Z", "000000Z"),
  text,
  error: false,
});

describe("a followed log that rotates", () => {
  test("may lack a file where lines that were written apart come together", () => {
    const watch = createSkipWatch(FILE_BYTES, OPENED);
    expect(watch.find([line(10), line(20)], 5)).toBe(-1);
    expect(watch.find([line(30), line(100), line(500)], 6)).toBe(1);
  });

  test("may lack a file across seconds, and between two readings", () => {
    const watch = createSkipWatch(FILE_BYTES, OPENED);
    expect(watch.find([line(990)], 5)).toBe(-1);
    expect(watch.find([line(1_060)], 10)).toBe(0);
  });

  test("lacks nothing where lines come as they are written", () => {
    const watch = createSkipWatch(FILE_BYTES, OPENED);
    for (let ms = 1; ms < 2_000; ms += 300) expect(watch.find([line(ms)], ms + 10)).toBe(-1);
  });

  test("lacks nothing of what was stored when it was opened", () => {
    const watch = createSkipWatch(FILE_BYTES, OPENED);
    expect(watch.find([line(-90_000), line(-60_000), line(-1)], 5)).toBe(-1);
  });

  test("lacks nothing where too little is written to fill a file", () => {
    const watch = createSkipWatch(FILE_BYTES, OPENED);
    expect(watch.find([line(10, "short\n"), line(500, "short\n")], 5)).toBe(-1);
  });

  test("is short of a small file after a shorter time", () => {
    expect(createSkipWatch(60_000, OPENED).find([line(10), line(11)], 5)).toBe(1);
    expect(createSkipWatch(FILE_BYTES, OPENED).find([line(10), line(11)], 5)).toBe(-1);
  });
});
