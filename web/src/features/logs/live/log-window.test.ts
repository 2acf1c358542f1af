import { describe, expect, it } from "vitest";
import { textPattern } from "../search/line-pattern.ts";
import { createLineState, type LogEntry, toLines } from "./log-entry.ts";
import { createLogWindow } from "./log-window.ts";

const start = Date.parse("2026-11-23T16:00:00.000Z");
/** A line by the millisecond it was written in. */
function lines(...wanted: (readonly [at: number, text: string])[]): LogEntry[] {
  return wanted.flatMap(([at, text]) => {
    ids++;
    const timestamp = new Date(start + at).toISOString();
    return toLines(
      { data: `${text}\n`, timestamp },
      createLineState(() => ids),
    );
  });
}
let ids = 0;
const texts = (entries: readonly LogEntry[]) => entries.map(({ text }) => text);

describe("toLines", () => {
  it("splits a batch into lines and knows the time of the last one exactly", () => {
    let id = 0;
    const state = createLineState(() => ++id);
    const timestamp = new Date(start).toISOString();
    const made = [
      ...toLines({ data: "a\n\nb\n", timestamp }, state),
      ...toLines({ data: "c\n", timestamp, type: "error" }, state),
    ];
    expect(made.map(({ text, stream, exact }) => [text, stream, exact])).toEqual([
      ["a", "stdout", false],
      ["", "stdout", false],
      ["b", "stdout", true],
      ["c", "stderr", true],
    ]);
  });

  it("keeps the order of a source whose clock was set back", () => {
    let id = 0;
    const state = createLineState(() => ++id);
    const at = (ms: number) => new Date(start + ms).toISOString();
    const [first] = toLines({ data: "first\n", timestamp: at(500) }, state);
    const [second] = toLines({ data: "second\n", timestamp: at(0) }, state);
    expect(second?.at).toBe(first?.at);
  });
});

describe("createLogWindow", () => {
  it("puts late lines in their places, whichever end they belong to", () => {
    const window = createLogWindow();
    window.insert(lines([10, "b"], [30, "d"]));
    window.insert(lines([20, "c"], [40, "e"]));
    window.insert(lines([0, "a"]));
    expect(texts(window.entries)).toEqual(["a", "b", "c", "d", "e"]);
  });

  it("never holds more than its entries, at the end that is stored", () => {
    const window = createLogWindow({ maxEntries: () => 100 });
    let gone = 0;
    for (let index = 0; index < 1_000; index++) {
      gone += window.insert(lines([index, `line ${index}`]));
      expect(window.entries.length).toBeLessThanOrEqual(100);
    }
    expect(window.entries.at(-1)?.text).toBe("line 999");
    expect(window.entries.length + gone).toBe(1_000);
    window.insert(
      lines(...Array.from({ length: 90 }, (_, index) => [index - 90, `older ${index}`] as const)),
      "oldest",
    );
    expect(window.entries.length).toBeLessThanOrEqual(100);
    expect(window.entries[0]?.text).toBe("older 0");
  });

  it("never holds more than its characters", () => {
    const window = createLogWindow({ maxCharacters: 1_000 });
    for (let index = 0; index < 50; index++) window.insert(lines([index, "x".repeat(300)]));
    expect(window.entries.length).toBe(3);
  });

  it("keeps up with the matches of a search as lines come and go at both ends", () => {
    const window = createLogWindow({ maxEntries: () => 10 });
    window.setPattern(textPattern("hit"));
    for (let index = 0; index < 30; index++) window.insert(lines([index, index % 2 ? "hit" : "miss"]));
    const held = () => window.entries.filter(({ text }) => text === "hit");
    expect(window.matches).toEqual(held());
    window.insert(lines([-2, "hit"], [-1, "miss"]), "oldest");
    expect(window.matches).toEqual(held());
    window.setPattern(undefined);
    expect(window.matches).toEqual([]);
  });
});
