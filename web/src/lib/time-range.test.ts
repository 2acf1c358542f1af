import { describe, expect, it } from "vitest";
import { instantOf, rangeText, readRangeEnd, toIso } from "./time-range.ts";

const now = Date.parse("2026-11-28T12:00:00.000Z");

describe("a range of time", () => {
  it("stays in words while it moves with the present", () => {
    expect(rangeText({ since: "1h" }, now)).toBe("Last hour");
    expect(rangeText({ since: "1h" }, now + 7_200_000)).toBe("Last hour");
    expect(rangeText({ since: "3d" }, now)).toBe("Last 3 days");
    expect(rangeText({}, now)).toBe("Any time");
    expect(toIso("1h", now)).toBe("2026-11-28T11:00:00.000Z");
    expect(toIso("1h", now + 60_000)).toBe("2026-11-28T11:01:00.000Z");
  });

  it("names both ends, and the seconds of a short one", () => {
    const text = rangeText({ since: "2026-11-28T11:58:10.000Z", until: "2026-11-28T11:58:20.000Z" }, now);
    expect(text.split(" – ").map((end) => end.slice(-3))).toEqual([":10", ":20"]);
    expect(rangeText({ since: "2026-11-28T11:00:00.000Z" }, now)).toMatch(/^Since \S+$/);
  });

  it("is read from an address, and left out where it means nothing", () => {
    const ages = { ages: true };
    expect(readRangeEnd("6h", ages)).toBe("6h");
    expect(readRangeEnd("6h", { ages: false })).toBeUndefined();
    expect(readRangeEnd("2026-11-28T11:00:00Z", ages)).toBe("2026-11-28T11:00:00.000Z");
    for (const wrong of ["", "never", "0m", "-5m", "1y", "99999d", "5", "m", null])
      expect(readRangeEnd(wrong, ages)).toBeUndefined();
    expect(instantOf(undefined, now)).toBeUndefined();
  });
});
