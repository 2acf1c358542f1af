import { describe, expect, it } from "vitest";
import { createLogBuffer } from "./log-buffer.ts";
import { closedText, gapText } from "./log-entry.ts";
import { everything } from "./log-filter.ts";
import { createLogView } from "./log-view.ts";

const time = "2026-11-23T16:00:00.000Z";
const batch = (data: string, type?: "error") => ({ data, timestamp: time, ...(type && { type }) });
const texts = (entries: readonly { text: string }[]) => entries.map((entry) => entry.text);

describe("createLogBuffer", () => {
  it("splits a batch into lines and knows the time of the last one exactly", () => {
    const buffer = createLogBuffer();
    buffer.append([batch("a\n\nb\n"), batch("c\n", "error")]);
    expect(texts(buffer.entries)).toEqual(["a", "", "b", "c"]);
    expect(buffer.entries.map((entry) => entry.kind === "line" && [entry.stream, entry.exact])).toEqual([
      ["stdout", false],
      ["stdout", false],
      ["stdout", true],
      ["stderr", true],
    ]);
  });

  it("never keeps more than its entries and tells how many went", () => {
    const buffer = createLogBuffer({ maxEntries: 100 });
    let evicted = 0;
    for (let index = 0; index < 1_000; index++) {
      evicted += buffer.append([batch(`line ${index}\n`)]).evicted;
      expect(buffer.entries.length).toBeLessThanOrEqual(100);
    }
    expect(buffer.entries.at(-1)?.text).toBe("line 999");
    expect(buffer.entries.length + evicted).toBe(1_000);
  });

  it("never keeps more than its characters", () => {
    const buffer = createLogBuffer({ maxCharacters: 1_000 });
    for (let index = 0; index < 50; index++) buffer.append([batch(`${"x".repeat(300)}\n`)]);
    expect(buffer.entries.length).toBe(3);
  });

  it("takes a burst larger than itself", () => {
    const buffer = createLogBuffer({ maxEntries: 100 });
    buffer.append([batch(Array.from({ length: 1_000 }, (_, index) => `${index}\n`).join(""))]);
    expect(buffer.entries.length).toBeLessThanOrEqual(100);
    expect(buffer.entries.at(-1)?.text).toBe("999");
  });
});

describe("createLogView", () => {
  it("shows only the chosen levels and streams, and always the notices", () => {
    const buffer = createLogBuffer();
    const view = createLogView(buffer);
    view.update(buffer.append([batch("INFO a\nERROR b\n"), batch("WARN c\n", "error")]));
    view.update(buffer.notice(gapText("rotated"), "warning", time));
    view.setFilter({ ...everything, levels: new Set(["error"]) });
    expect(texts(view.shown)).toEqual(["ERROR b", "Lines missing: the log was rotated"]);
    view.update(buffer.append([batch("ERROR d\nINFO e\n")]));
    expect(texts(view.shown).at(-1)).toBe("ERROR d");
    view.setFilter({ ...everything, streams: new Set(["stderr"]) });
    expect(texts(view.shown)).toEqual(["WARN c", "Lines missing: the log was rotated"]);
  });

  it("keeps a stack trace with the error above it", () => {
    const buffer = createLogBuffer();
    const view = createLogView(buffer);
    view.setFilter({ ...everything, levels: new Set(["error"]) });
    view.update(buffer.append([batch("ERROR boom\n", "error"), batch("  at main (a.js:1)\nnext\n", "error")]));
    expect(texts(view.shown)).toEqual(["ERROR boom", "  at main (a.js:1)"]);
  });

  it("finds matches under colours, adds new ones and forgets those that went", () => {
    const buffer = createLogBuffer({ maxEntries: 10 });
    const view = createLogView(buffer);
    view.update(buffer.append([batch("Need\u001b[31mle\u001b[0m\nhay\n")]));
    view.setSearch("NEEDLE");
    expect(view.matches).toEqual([1]);
    view.update(buffer.append([batch("another needle\n")]));
    expect(view.matches).toEqual([1, 3]);
    view.update(buffer.append([batch("hay\n".repeat(8))]));
    expect(view.matches).toEqual([3]);
    view.update(buffer.append([batch("hay\n".repeat(10))]));
    expect(view.matches).toEqual([]);
  });

  it("keeps the filtered lines in step with what the buffer drops", () => {
    const buffer = createLogBuffer({ maxEntries: 10 });
    const view = createLogView(buffer);
    view.setFilter({ ...everything, levels: new Set(["error"]) });
    for (let index = 0; index < 40; index++) view.update(buffer.append([batch(`ERROR ${index}\nINFO ${index}\n`)]));
    const oldest = buffer.entries[0]?.id ?? 0;
    expect(view.shown.every((entry) => entry.id >= oldest)).toBe(true);
    expect(view.shown.at(-1)?.text).toBe("ERROR 39");
  });
});

describe("what is told between the lines", () => {
  it("names reasons and exit codes, also ones it does not know", () => {
    expect(closedText("exited", 137)).toBe("Exited with code 137");
    expect(closedText("asleep")).toBe("The stream ended (asleep)");
    expect(gapText("moon")).toBe("Lines missing: moon");
  });
});
