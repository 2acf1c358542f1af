import { expect, test } from "vitest";
import { createLineParser } from "./line-parser.ts";

const now = Date.parse("2026-03-05T10:00:00.000Z");
/** Of a time in the zone of this host, as nine-digit UTC. */
const local = (...parts: [number, number, number, number, number, number?, number?]) =>
  new Date(...parts).toISOString().replace("Z", "000000Z");
const read = (dateFormat: string | null, line: string, json = false) =>
  createLineParser({ dateFormat, json })(`${line}\n`, now);
const timeOf = (dateFormat: string | null, line: string) => read(dateFormat, line)[0]?.time;

test.each([
  ["YYYY-MM-DDTHH:mm:ss", "2026-03-04T11:22:33: hello", local(2026, 2, 4, 11, 22, 33)],
  ["YYYY-MM-DD HH:mm:ss.SSS", "2026-03-04 11:22:33.456: hello", local(2026, 2, 4, 11, 22, 33, 456)],
  ["YYYY-MM-DD HH:mm Z", "2026-03-04 11:22 +02:00: hello", "2026-03-04T09:22:00.000000000Z"],
  ["DD-MM-YY HH:mm:ss ZZ", "04-03-26 11:22:33 -0130: hello", "2026-03-04T12:52:33.000000000Z"],
  ["MMM D hh:mm A", "Mar 4 11:22 PM: hello", local(2026, 2, 4, 23, 22)],
  ["MMM D HH:mm", "Dec 31 23:59: hello", local(2025, 11, 31, 23, 59)],
  ["[at] dddd YYYY/MM/DD HH:mm", "at Wednesday 2026/03/04 11:22: hello", local(2026, 2, 4, 11, 22)],
])("reads times that PM2 writes in the format %s", (format, line, time) => {
  expect(timeOf(format, line)).toBe(time);
});

test.each([
  ["2026-03-04T11:22:33.123456Z info ready", "2026-03-04T11:22:33.123456000Z"],
  ["[2026-03-04 11:22:33,5 +0100] ready", "2026-03-04T10:22:33.500000000Z"],
  ['{"level":30,"time":1772620953123,"msg":"ready"}', "2026-03-04T10:42:33.123000000Z"],
  ['{"ts":1772620953.5,"msg":"ready"}', "2026-03-04T10:42:33.500000000Z"],
  ['{"@timestamp":"2026-03-04T11:22:33.5Z","message":"ready"}', "2026-03-04T11:22:33.500000000Z"],
  ["2026-03-04T11:22:33 a time of any zone", undefined],
  ["2031-03-04T11:22:33Z a time in the future", undefined],
  ['{"time":12,"msg":"a duration"}', undefined],
  ['{"msg":"quoted \\"time\\":1772620953123"}', undefined],
  ["13:37 ready", undefined],
  ["ready", undefined],
])("reads the time that a line names itself: %s", (line, time) => {
  expect(timeOf(null, line)).toBe(time);
});

test("gives lines of a stack trace the time of its head, and later ones none", () => {
  const parse = createLineParser({ dateFormat: null, json: false });
  const times = ["2026-03-04T11:22:33Z Error: no", "    at main (a.js:1)", "ready", "  indented"].map(
    (line) => parse(`${line}\n`, now)[0]?.time,
  );
  expect(times).toEqual(["2026-03-04T11:22:33.000000000Z", "2026-03-04T11:22:33.000000000Z", undefined, undefined]);
});

test("takes the lines out of PM2's JSON, with their time, stream, process and app", () => {
  const chunk = {
    message: "one\ntwo\n",
    timestamp: "2026-03-04T11:22:33.456Z",
    type: "err",
    process_id: 3,
    app_name: "web",
  };
  const about = { time: "2026-03-04T11:22:33.456000000Z", error: true, instance: 3, app: "web" };
  expect(read(null, JSON.stringify(chunk), true)).toEqual([
    { text: "one\n", ...about },
    { text: "two\n", ...about },
  ]);
  const inner = '{"level":"info","timestamp":"2026-03-04T11:22:30.000Z","message":"a"}';
  const nested = { ...chunk, message: `${inner}\nplain\n` };
  expect(read(null, JSON.stringify(nested), true)).toEqual([
    { text: `${inner}\n`, ...about, time: "2026-03-04T11:22:30.000000000Z" },
    { text: "plain\n", ...about },
  ]);
  const formatted = { ...chunk, message: "one", timestamp: "2026-03-04 11:22" };
  expect(read("YYYY-MM-DD HH:mm", JSON.stringify(formatted), true)[0]?.time).toBe(local(2026, 2, 4, 11, 22));
});

test.each(['{"message":"of the app itself"}', '{"message":', "plain", "{}", '{"message":1,"type":"out"}', "null"])(
  "leaves a line that is none of PM2's JSON as it is: %s",
  (line) => expect(read(null, line, true)[0]?.text).toBe(`${line}\n`),
);

test("refuses a date format that would be expensive or names no time of day", () => {
  expect(timeOf("YYYY".repeat(100), "2026: x")).toBeUndefined();
  expect(timeOf("YYYY-MM-DD", "2026-03-04: x")).toBeUndefined();
  expect(timeOf("((x+)+)+ HH:mm", "((x+)+)+ 11:22: x")).toMatch(/^2026-/);
});
