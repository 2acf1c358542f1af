import { createRoot } from "solid-js";
import { expect, test } from "vitest";
import { createTimeView, type TimeMark } from "../../lib/time-view.ts";
import { eventMessages } from "./messages.ts";
import { toFound } from "./time-marks.ts";

const mark = (text: string): TimeMark => ({ at: 1, text, tone: "neutral" });

test("a source that fails is named, and the marks of the others are kept", async () => {
  const found = await toFound([
    ["alerts", Promise.reject(new Error("unreachable"))],
    ["actions", Promise.resolve([mark("restart web")])],
  ]);
  expect(found).toEqual({ marks: [mark("restart web")], read: ["actions"], failed: ["alerts"] });
  expect(eventMessages.failed(found.failed)).toBe("Could not be read: alerts.");
});

test("only what was read is said to be absent", async () => {
  const found = await toFound([["alerts", Promise.resolve([])]]);
  expect(eventMessages.none(found.read)).toBe("None in this period: alerts.");
});

test("a log whose marks cannot be read is a failed source, and an empty one is not", () => {
  createRoot((dispose) => {
    const view = createTimeView({ range: () => ({}), setRange: () => {} });
    expect(view.found()).toEqual({ marks: [], read: [], failed: [] }); // not known yet
    view.setLogMarks(undefined);
    expect(view.found()).toEqual({ marks: [], read: [], failed: ["log"] });
    view.setLogMarks([]);
    expect(view.found()).toEqual({ marks: [], read: ["log"], failed: [] });
    // A part that leaves the page takes what it read with it, and does not claim that there was nothing.
    view.setLogMarks("unread");
    expect(view.found()).toEqual({ marks: [], read: [], failed: [] });
    dispose();
  });
});
