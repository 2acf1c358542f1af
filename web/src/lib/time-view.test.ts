import { createRoot, createSignal } from "solid-js";
import { describe, expect, it } from "vitest";
import type { TimeRange } from "./time-range.ts";
import { createTimeKeys, createTimeView, markAt, type TimeMark, toBrushed } from "./time-view.ts";

const FROM = Date.parse("2026-11-28T11:00:00.000Z");
const TO = FROM + 3_600_000;

function start() {
  const [range, setRange] = createSignal<TimeRange>({});
  const went: number[] = [];
  const view = createRoot(() => createTimeView({ range, setRange }));
  const keys = createRoot(() => createTimeKeys({ view, extent: () => [FROM, TO], onGo: (at) => went.push(at) }));
  const press = (key: string, shiftKey = false) => {
    const event = { key, shiftKey, preventDefault() {}, stopPropagation() {} } as KeyboardEvent;
    keys.onKeyDown(event);
  };
  return { view, range, went, keys, press };
}

describe("the time of a page", () => {
  it("selects a period by drag in either direction, never an empty one", () => {
    const dragged = toBrushed(TO, FROM);
    expect(dragged).toEqual({ since: "2026-11-28T11:00:00.000Z", until: "2026-11-28T12:00:00.000Z" });
    expect(toBrushed(FROM, FROM)).toEqual({ since: "2026-11-28T11:00:00.000Z", until: "2026-11-28T11:00:01.000Z" });
  });

  it("moves the line by arrow keys within the axis, and goes to it", () => {
    const { view, went, press } = start();
    press("ArrowLeft");
    expect(view.cursor()).toBe(TO - 60_000);
    press("End");
    press("ArrowRight");
    expect(view.cursor()).toBe(TO);
    press("Home");
    press("Enter");
    expect(went).toEqual([FROM]);
    press("Escape");
    expect(view.cursor()).toBeUndefined();
  });

  it("selects a period with Shift, and shows it with Enter", () => {
    const { range, keys, press } = start();
    press("Home");
    press("ArrowRight", true);
    press("ArrowRight", true);
    expect(keys.selected()).toEqual([FROM, FROM + 120_000]);
    press("Enter");
    expect(range()).toEqual({ since: "2026-11-28T11:00:00.000Z", until: "2026-11-28T11:02:00.000Z" });
    expect(keys.selected()).toBeUndefined();
  });

  it("finds what happened near the line", () => {
    const marks: TimeMark[] = [FROM, FROM + 500, FROM + 10_000].map((at) => ({ at, text: String(at), tone: "bad" }));
    expect(markAt(marks, FROM + 400, 1_000)).toEqual({ mark: marks[1], more: 1 });
    expect(markAt(marks, TO, 1_000)).toBeUndefined();
  });
});
