import { expect, test } from "vitest";
import { toMarkGroups } from "./mark-groups.ts";

const mark = (at: number, text: string, tone: "ok" | "bad" | "neutral" = "neutral") => ({ at, text, tone });

test("events of one place are one mark in the worst of their tones, those outside the axis none", () => {
  const marks = [
    mark(-1, "before"),
    mark(505, "b", "bad"),
    mark(500, "a"),
    mark(509, "c"),
    mark(511, "d"),
    mark(900, "e", "ok"),
  ];
  expect(toMarkGroups(marks, [0, 1_000])).toEqual([
    { at: 500, text: "a; b; c; 1 more", tone: "bad", count: 4 },
    { at: 900, text: "e", tone: "ok", count: 1 },
  ]);
});
