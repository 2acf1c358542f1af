import { expect, test } from "vitest";
import { growth } from "../../shared/testing/growth.ts";
import { levelName } from "./level-name.ts";
import { detectLevel } from "./log-level.ts";
import { toPlain } from "./plain-text.ts";

const levelOf = (line: string) => levelName(detectLevel(toPlain(line)));

test.each([
  ['{"level":30,"time":1,"msg":"x"}', "info"],
  ['{"time":1,"level":50,"msg":"the ERROR word does not matter"}', "error"],
  ['{"severity":"WARNING","message":"x"}', "warn"],
  ['{"log.level":"fatal"}', "fatal"],
  ['{"@l":"Debug"}', "debug"],
  ['{"level":3}', "error"],
  ['time="2026-01-01T00:00:00Z" level=warning msg="slow"', "warn"],
  ["ts=1 lvl=eror msg=x", "error"],
  ["E0521 10:00:00.000000       1 main.go:1] lost", "error"],
  ["W0521 10:00:00.000000       1 main.go:1] slow", "warn"],
  ["2026/11/25 10:00:00 [error] 12#12: *1 open() failed", "error"],
  ["2026-11-25 10:00:00.000 UTC [1] LOG:  database system is ready", "info"],
  ["2026-11-25 10:00:00.000 UTC [1] FATAL:  no pg_hba.conf entry", "fatal"],
  ["2026-11-25T10:00:00.000Z  WARN 1 --- [main] o.s.Boot : slow", "warn"],
  ["DEBUG:root:hello", "debug"],
  ["npm ERR! missing script", "error"],
  ["\u001b[32mINFO\u001b[0m server: listening", "info"],
  ["panic: runtime error: index out of range", "fatal"],
  ["Traceback (most recent call last):", "error"],
  ["TypeError: x is not a function", "error"],
  ["java.lang.IllegalStateException at x", "unknown"],
  ['127.0.0.1 - - "GET /error HTTP/1.1" 200', "unknown"],
  ["the errors are in the information folder", "unknown"],
  ["", "unknown"],
])("%s is %s", (line, level) => expect(levelOf(line)).toBe(level));

test.each(["\u001b]", "\u001b[", '"level"', " a"])("takes linear time for a line of %j", async (piece) => {
  const line = (size: number) => `{${piece.repeat(size)}`;
  expect(levelOf(line(100_000))).toBe("unknown");
  expect(levelOf(line(100_000).slice(1))).toBe("unknown");
  expect(await growth((size) => levelOf(line(size)), 40_000)).toBeLessThan(24);
  expect(await growth((size) => levelOf(line(size).slice(1)), 40_000)).toBeLessThan(24);
});
