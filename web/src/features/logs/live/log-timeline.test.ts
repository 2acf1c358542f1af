import { expect, test } from "vitest";
import { everything } from "../search/log-filter.ts";
import type { LogEntry } from "./log-entry.ts";
import { createLogTimeline, type Direction } from "./log-timeline.ts";

const line = (at: number, text = String(at), id = at): LogEntry => ({
  kind: "line",
  id,
  at,
  text,
  stream: "stdout",
  level: "unknown",
  time: new Date(at).toISOString(),
  exact: true,
});

function timeline(options: { maxEntries?: number; hasHistory?: boolean } = {}) {
  const cuts: Direction[] = [];
  let id = 1_000;
  const made = createLogTimeline({
    maxEntries: options.maxEntries ?? 100,
    maxRecent: 100,
    hasHistory: () => options.hasHistory ?? true,
    filter: () => everything,
    takeNewIds: (count) => {
      id += count;
      return id - count;
    },
    cut: (direction) => cuts.push(direction),
  });
  return { ...made, cuts, texts: () => made.shown.entries.map(({ text }) => text) };
}

test("shows a line once that the stream and the history both have", () => {
  const { take, meet, place, texts } = timeline();
  take([line(3), line(4)], [3], false, true);
  meet("older", true);
  place([line(1), line(2), line(3, "3", -1), line(4, "4", 0)], "older", Number.NEGATIVE_INFINITY, true);
  expect(texts()).toEqual(["1", "2", "3", "4"]);
});

test("shows an event after the last line once, though it comes again with the lines after it", () => {
  const notice = (at: number, id: number): LogEntry => ({
    kind: "notice",
    id,
    at,
    text: "Exited",
    tone: "neutral",
    time: new Date(at).toISOString(),
  });
  const { leave, place, texts } = timeline();
  leave();
  place([line(1), notice(2, 2)], "older", Number.NEGATIVE_INFINITY, false);
  place([notice(2, 3), line(3, "3", 4), notice(3, 5)], "newer", Number.NEGATIVE_INFINITY, false);
  expect(texts()).toEqual(["1", "Exited", "3", "Exited"]);
});

test("shows a line once that is stored already, of a stream that lags behind the others", () => {
  const { take, meet, place, texts } = timeline();
  const of = (name: string, at: number, id?: number) => ({
    ...line(at, `${name} ${at}`, id),
    origin: { name, colour: 0 },
  });
  const stored = [of("left", 1, -6), of("right", 2, -5), of("left", 3, -4), of("right", 4, -3), of("left", 5, -2)];
  const all = ["left 1", "right 2", "left 3", "right 4", "left 5"];
  take([of("left", 1, 1), of("right", 2, 2), of("left", 3, 3), of("left", 5, 5)], [1, 2], false, true);
  meet("older", true);
  place(stored, "older", Number.NEGATIVE_INFINITY, true);
  expect(texts()).toEqual(all);
  take([of("right", 4, 8)], [], true, true);
  expect(texts()).toEqual(all);

  const back = timeline();
  back.take([of("left", 1, 1), of("right", 2, 2), of("left", 3, 3), of("left", 5, 5)], [1, 2], false, true);
  back.leave();
  back.meet("newer", true);
  back.place(stored, "newer", Number.NEGATIVE_INFINITY, true);
  back.attach();
  back.take([of("right", 4, 8)], [], true, true);
  expect(back.texts()).toEqual(all);
});

test("finds an untimed line again by its text, however many of them there are, and whenever each side read it", () => {
  const { take, meet, place, texts } = timeline();
  const untimed = (at: number, text: string, id?: number) => ({ ...line(at, text, id), approximate: true as const });
  // The stream began with the last lines of a file: they have its time.
  take(
    [untimed(9, "tick", 20), untimed(9, "tock", 21), untimed(9, "tick", 22), untimed(11, "new", 23)],
    [9],
    false,
    true,
  );
  meet("older", true);
  const stored = [untimed(1, "tick", -4), untimed(2, "tick", -3), untimed(3, "tock", -2), untimed(4, "tick", -1)];
  place(stored, "older", Number.NEGATIVE_INFINITY, true);
  expect(texts()).toEqual(["tick", "tick", "tock", "tick", "new"]);
});

test("continues from the newest stored line without untimed lines that are stored further back", () => {
  const { take, leave, place, attach, texts } = timeline();
  const untimed = (at: number, text: string, id?: number) => ({ ...line(at, text, id), approximate: true as const });
  const error = (at: number, text: string, id?: number) => ({ ...untimed(at, text, id), stream: "stderr" as const });
  // The stream began with the last lines of two files, which have the times of the files.
  const tail = [untimed(9, "one", 20), untimed(9, "two", 21), untimed(9, "tick", 22), untimed(9, "tick", 23)];
  take([...tail, error(9, "fault 1", 24), error(9, "fault 2", 25)], [9], false, true);
  take([error(11, "fault 3", 26), untimed(11, "three", 27)], [], true, true);
  leave();
  place([untimed(8, "two", -4), untimed(9, "tick", -3), error(9, "fault 2", -2)], "newer", 0, false);
  attach();
  // One of two equal lines is not stored yet, whichever it is.
  expect(texts()).toEqual(["two", "tick", "fault 2", "tick", "fault 3", "three"]);
});

test("leaves out what would push away the lines that somebody reads, and says how many", () => {
  const { take, attached, cuts, texts } = timeline({ maxEntries: 3 });
  take([line(1), line(2), line(3)], [], false, true);
  expect(take([line(4), line(5)], [], true, false)).toEqual({ missed: 2, restart: false });
  expect(attached()).toBe(false);
  expect(cuts).toEqual(["newer"]);
  expect(texts()).toEqual(["1", "2", "3"]);
  expect(take([line(6)], [], true, false)).toEqual({ missed: 1, restart: false });
});

test("drops the oldest lines at the live end, to be read again from there", () => {
  const { take, attached, cuts, texts } = timeline({ maxEntries: 3 });
  take([line(1), line(2), line(3)], [], false, true);
  take([line(4)], [], true, true);
  expect(attached()).toBe(true);
  expect(cuts).toEqual(["older"]);
  expect(texts().at(-1)).toBe("4");
});

test("requests the live end again when a stream begins after the shown lines and older lines were read already", () => {
  const { take } = timeline();
  take([line(1), line(2)], [1], false, true);
  expect(take([line(8)], [8], true, true)).toEqual({ missed: 0, restart: true });
});

test("continues from the newest stored line with what the streams gave meanwhile", () => {
  const { take, leave, place, attach, attached, texts } = timeline();
  take([line(5), line(6)], [5], false, true);
  leave();
  expect(texts()).toEqual([]);
  take([line(7)], [], true, true);
  place([line(4, "4", -3), line(5, "5", -2), line(6, "6", -1)], "newer", 0, false);
  attach();
  expect(texts()).toEqual(["4", "5", "6", "7"]);
  expect(attached()).toBe(true);
});

test("shows all live lines where there is no history to fill what is missing", () => {
  const { take, showLive, texts } = timeline({ hasHistory: false });
  take([line(1), line(2)], [2], false, true);
  showLive();
  expect(texts()).toEqual(["1", "2"]);
});
