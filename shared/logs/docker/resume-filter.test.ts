import { expect, test } from "vitest";
import { advance, type Position } from "../log-source.ts";
import { formatContainerCursor, needsWholeLog, parseContainerCursor, startOf } from "./container-position.ts";
import { createResumeFilter, type FilterOptions } from "./resume-filter.ts";

const time = (minute: number) => `2026-11-28T10:${String(minute).padStart(2, "0")}:00.000000001Z`;
const line = (minute: number, error = false) => ({ time: time(minute), text: `${minute}\n`, error });
type Line = ReturnType<typeof line>;

const read = (from: Position, stored: Line[], options: FilterOptions = {}) => {
  const filter = createResumeFilter(from, options);
  const { lines, lost, stop } = filter.accept(stored);
  const position = advance(filter.baseline(from), lines);
  const cursor = parseContainerCursor(formatContainerCursor(position)) as Position;
  return { texts: lines.map(({ text }) => text.trim()), lost, stop, position: cursor };
};

test.each<[string, Line[], Line[]]>([
  ["lines from the future", [line(10), line(11), line(40)], [line(12), line(13)]],
  ["older lines after them", [line(10), line(40), line(12)], [line(13), line(41)]],
  ["both streams", [line(10), line(40, true), line(12), line(12, true)], [line(13), line(13, true), line(41)]],
  ["one time several times", [line(10), line(10), line(10)], [line(10), line(11)]],
])("%s: what comes later is given once, also over a cursor", (_, before, later) => {
  const first = read(startOf("0123456789ab"), before);
  const second = read(first.position, [...before, ...later], { whole: true });
  expect(second.texts).toEqual(later.map(({ text }) => text.trim()));
  expect(second.lost).toBeUndefined();
});

test("a position after a clock that was set back is found by the Engine's order alone", () => {
  const { position } = read(startOf("0123456789ab"), [line(10), line(40), line(12)]);
  expect(needsWholeLog(position)).toBe(true);
});

test("a line that is gone leaves a gap, once it was looked for", () => {
  const { position } = read(startOf("0123456789ab"), [line(10), line(11)]);
  expect(read(position, [line(12)])).toMatchObject({ texts: [], stop: "unsure" });
  expect(read(position, [line(12)], { found: new Set() })).toMatchObject({
    texts: ["12"],
    lost: { reason: "rotated" },
  });
});
