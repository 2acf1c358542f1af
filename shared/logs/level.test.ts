import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { growth } from "../testing/growth.ts";
import { detectLevel, type LogLevel, levelAfter } from "./level.ts";

interface Cases {
  logger: string;
  version: string;
  lines: [level: LogLevel, line: string][];
}
const read = (name: string): Cases[] => JSON.parse(readFileSync(new URL(name, import.meta.url), "utf8"));

describe("a line names its own level", () => {
  for (const { logger, version, lines } of read("level-cases.json")) {
    test.each(lines)(`as ${logger} (${version}) writes it: %s is %s`, (level, line) => {
      expect(detectLevel(line)).toBe(level);
    });
  }
});

describe("a continuation line has the level of its head", () => {
  test.each(read("level-traces.json"))("in the output of $logger ($version)", ({ lines }) => {
    let above: LogLevel = "unknown";
    const found = lines.map(([, line]) => {
      above = levelAfter(line, above);
      return [above, line];
    });
    expect(found).toEqual(lines);
  });
});

test.each(["\u001b]", '"level"', " a", "a=", 'a="', '{"log":', "[", "a.", "(x) ", "- ", ":", "A"])(
  "takes linear time for a line of many %j",
  async (piece) => {
    for (const start of ["{", "", "2026-11-25 10:00:00 ", "ts=1 "]) {
      const line = (size: number) => `${start}${piece.repeat(size)}`;
      expect(detectLevel(line(100_000))).toBe("unknown");
      expect(await growth((size) => detectLevel(line(size)), 40_000)).toBeLessThan(24);
    }
  },
);
