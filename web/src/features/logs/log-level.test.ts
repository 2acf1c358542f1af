import { describe, expect, it } from "vitest";
import { type LogLevel, levelOf } from "./log-level.ts";

describe("levelOf", () => {
  const cases: [string, LogLevel][] = [
    ['{"level":30,"time":1,"msg":"up"}', "info"],
    ['{"level":"error","msg":"down"}', "error"],
    ['{"time":"x","severity":"WARNING","message":"m"}', "warn"],
    ["time=2026-01-01 level=debug msg=hello", "debug"],
    ["2026-11-23 16:00:00,123 ERROR [main] boom", "error"],
    ["2026-11-23T16:00:00Z [warn] careful", "warn"],
    ["[16:00:00] INFO: listening", "info"],
    ["W1123 16:00:00.000000       1 main.go:1] odd", "warn"],
    ["Error: ENOENT", "error"],
    ["panic: runtime error", "error"],
    ["finished with 0 errors and no warnings", "none"],
    ["GET /info 200", "none"],
    ["", "none"],
  ];
  for (const [text, level] of cases) {
    it(`reads ${level} from ${JSON.stringify(text)}`, () => expect(levelOf(text)).toBe(level));
  }
});
