import { expect, test } from "vitest";
import type { LineRecord } from "./block.ts";
import { BLOCK_SIZE, chooseSealed, cutBlocks, placeMarks } from "./flush-plan.ts";
import type { MarkRecord } from "./stream-state.ts";

const line = (n: number, length = 0, us = n): LineRecord => ({ n, us, ns: 0, flags: 0, text: "x".repeat(length) });
const numbers = (blocks: LineRecord[][]) => blocks.map((block) => block.map(({ n }) => n));

test("blocks are cut in order, and a line longer than a block gets its own", () => {
  expect(cutBlocks([])).toEqual([]);
  expect(numbers(cutBlocks([line(0), line(1)]))).toEqual([[0, 1]]);
  const half = BLOCK_SIZE / 2;
  expect(numbers(cutBlocks([line(0, half), line(1, half - 2), line(2, half)]))).toEqual([[0, 1], [2]]);
  expect(numbers(cutBlocks([line(0, 1), line(1, 2 * BLOCK_SIZE), line(2, 1)]))).toEqual([[0], [1], [2]]);
});

test("a stream is sealed once it has enough for a block, old lines of another name left out", () => {
  const stream = (freshBytes: number, length: number, renamed = false) => ({
    freshBytes,
    renamed,
    lines: length > 0 ? [line(0, length - 1)] : [],
  });
  const full = stream(BLOCK_SIZE - 10, 10);
  const streams = [full, stream(BLOCK_SIZE - 10, 9), stream(BLOCK_SIZE, 10, true), stream(BLOCK_SIZE, 0)];
  expect([...chooseSealed(streams)]).toEqual([full]);
});

test("the largest streams are sealed until the fresh lines of all fit their bound", () => {
  const streams = Array.from({ length: 200 }, (_, index) => ({
    freshBytes: 50_000 + index,
    renamed: false,
    lines: index === 0 ? [line(0, 10)] : [],
  }));
  const sealed = chooseSealed(streams);
  const left = streams.filter((stream) => !sealed.has(stream));
  const sizes = (some: Iterable<{ freshBytes: number }>) => [...some].map(({ freshBytes }) => freshBytes);
  const total = sizes(left).reduce((sum, size) => sum + size, 0);
  expect(total).toBeLessThanOrEqual(8 * 1024 * 1024);
  expect(total).toBeGreaterThan(8 * 1024 * 1024 - 51_000);
  expect(Math.min(...sizes(sealed))).toBeGreaterThan(Math.max(...sizes(left)));
});

test("a start takes the time of an earlier first line, and stays open until there is a line", () => {
  const started = (n: number, us: number): MarkRecord => ({ n, us, run: 1, kind: "started" });
  const place = (lines: LineRecord[], marks: MarkRecord[], openMark?: { id: number; n: number; us: number }) =>
    placeMarks({ lines, marks, openMark });
  expect(place([line(5, 1, 90)], [started(5, 100)]).placed).toMatchObject([{ us: 90, isOpen: false }]);
  expect(place([line(5, 1, 110)], [started(5, 100)]).placed).toMatchObject([{ us: 100, isOpen: false }]);
  expect(place([line(5, 1, 90)], [started(6, 100)]).placed).toMatchObject([{ us: 100, isOpen: true }]);
  expect(place([line(5, 1, 90)], [{ ...started(5, 100), kind: "exited" }]).placed).toMatchObject([
    { us: 100, isOpen: false },
  ]);
  const open = { id: 7, n: 5, us: 100 };
  expect(place([], [], open)).toEqual({ moved: undefined, staysOpen: true, placed: [] });
  expect(place([line(5, 1, 90)], [], open)).toEqual({ moved: { id: 7, us: 90 }, staysOpen: false, placed: [] });
  expect(place([line(5, 1, 110)], [], open)).toEqual({ moved: undefined, staysOpen: false, placed: [] });
});
