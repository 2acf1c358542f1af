import { expect, it } from "vitest";
import { createLineState, toLines } from "../live/log-entry.ts";
import { logFileName, toPlainLog } from "./log-export.ts";

it("writes what is shown without colours, and times when asked", () => {
  const lines = toLines(
    { data: "\u001b[31mred\u001b[0m\nplain\n", timestamp: "2026-01-01T00:00:00Z" },
    createLineState(() => 1),
  );
  const time = "2026-01-01T00:00:01Z";
  const notice = {
    kind: "notice",
    id: 2,
    at: Date.parse(time),
    text: "Exited with code 1",
    tone: "error",
    time,
  } as const;
  const entries = [...lines, notice];
  expect(toPlainLog(entries, false)).toBe("red\nplain\n--- Exited with code 1 ---\n");
  expect(toPlainLog(entries, true)).toContain("2026-01-01T00:00:00Z plain\n");
  expect(toPlainLog([], true)).toBe("");
});

it("names a saved log so that any file system takes it", () => {
  const now = new Date("2026-01-01T02:03:04.567Z");
  expect(logFileName("shop/api:1", now)).toBe("shop-api-1-2026-01-01T02-03-04.log");
  expect(logFileName("../..", now)).toBe("log-2026-01-01T02-03-04.log");
});
