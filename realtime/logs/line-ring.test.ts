import { expect, test } from "vitest";
import { advance, isAfter, type LogLine, type LogSource, type Position } from "../../shared/logs/log-source.ts";
import { LineRing } from "./line-ring.ts";

const source = {
  compare: (left, right) => (left.epoch === right.epoch ? left.at - right.at : left.epoch < right.epoch ? -1 : 1),
} as Pick<LogSource, "compare"> as LogSource;

const timeOf = (number: number) => `2026-01-01T00:00:00.${String(number).padStart(9, "0")}Z`;
const lineOf = (number: number, text: string, track = number % 3 === 0 ? "err" : "out"): LogLine => ({
  track,
  mark: { epoch: timeOf(number), at: 1 },
  text,
  time: timeOf(number),
  error: track === "err",
});

function fill(batches: LogLine[][]) {
  const ring = new LineRing(source, new Map());
  const positions: Position[] = [new Map()];
  for (const lines of batches) {
    const before = positions.at(-1) as Position;
    ring.push(lines, before);
    positions.push(advance(before, lines));
  }
  return { ring, positions };
}

test("returns the lines as they were pushed", () => {
  const lines: LogLine[] = [
    lineOf(1, "plain\n"),
    lineOf(2, "ümläute, 漢字, 🦀\ttab\n"),
    { ...lineOf(3, "\n"), mark: { epoch: "12-34", at: 5, sum: 6 }, instance: 2 },
    {
      ...lineOf(4, ""),
      change: { kind: "ended", time: timeOf(4), exitCode: 3, known: { startedAt: "a", ended: true, restartCount: 1 } },
    },
    lineOf(5, `${"x".repeat(200 * 1024)}\n`),
    lineOf(6, "after a long one\n"),
  ];
  const { ring } = fill([lines.slice(0, 2), lines.slice(2, 4), lines.slice(4, 5), lines.slice(5)]);
  expect(ring.after(new Map()).map(({ text }) => text.length)).toEqual(lines.map(({ text }) => text.length));
  expect(ring.after(new Map())).toEqual(lines);
  expect(ring.positionAt({ track: "out", time: timeOf(2) })).toEqual(advance(new Map(), lines.slice(0, 2)));
  expect(ring.positionAt({ track: "out", time: timeOf(9) })).toBeUndefined();
});

test("holds at least half a megabyte of the newest lines, and drops the oldest in order", () => {
  const batches = Array.from({ length: 1_500 }, (_, batch) =>
    Array.from({ length: 16 }, (_, index) => lineOf(batch * 16 + index, `line ${batch}.${index} ${"x".repeat(100)}\n`)),
  );
  const all = batches.flat();
  const { ring, positions } = fill(batches);
  const held = ring.after(ring.start);
  expect(held).toEqual(all.slice(-held.length));
  const chars = held.reduce((sum, { text }) => sum + text.length, 0);
  expect(chars).toBeGreaterThan(512 * 1024);
  expect(chars).toBeLessThan(1024 * 1024);
  for (const position of positions.slice(-700).filter((_, index) => index % 50 === 0)) {
    if (!ring.reaches(position)) continue;
    expect(ring.after(position)).toEqual(held.filter((line) => isAfter(source, line, position)));
  }
  expect(ring.reaches(positions[100] as Position)).toBe(false);
  ring.restart(positions[3] as Position);
  expect([ring.start, ring.after(new Map())]).toEqual([positions[3], []]);
});
