import { readFile, writeFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import type { TestContainer } from "../../shared/testing/engine.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { lacks } from "../../shared/testing/parts.ts";
import { readLogs } from "../testing.ts";
import { type FollowOptions, followContainer, useContainers } from "./testing.ts";

/** Prints `from` to `to`, one number a line. */
const count = (from: number, to: number) => `i=${from}; while [ $i -le ${to} ]; do echo $i; i=$((i+1)); done`;
const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => String(from + index));
const HOUR_MS = 3_600_000;

/** Stored logs after a power cut, a full disk, a changed clock or manual edits. */
describe.skipIf(await lacks("docker"))("a stored log", () => {
  const suite = useContainers();
  const { engine } = suite;

  const follow = (containerName: string, options?: FollowOptions) =>
    followContainer(suite, readLogs, containerName, options);
  const left = async () => {
    await suite.realtime.disconnectAll();
  };
  /** A container whose log is edited while it is stopped. */
  const stopped = async (script: string): Promise<TestContainer> => {
    const box = await engine.run({ script, log: { driver: "json-file" } });
    await box.container.wait();
    return box;
  };
  /** Rewrites the file in place, as it is on the disk. */
  const edit = async ({ container }: TestContainer, change: (records: string[]) => string[]) => {
    const { LogPath } = (await container.inspect()) as unknown as { LogPath: string };
    const records = (await readFile(LogPath, "latin1")).split("\n").slice(0, -1);
    await writeFile(
      LogPath,
      change(records)
        .map((record) => `${record}\n`)
        .join(""),
      "latin1",
    );
  };
  const broken: [string, (record: string) => string][] = [
    ["zeroed by a power cut", (record) => "\0".repeat(record.length)],
    ["cut on a full disk, directly followed by the next one", (record) => record.slice(0, 20)],
    ["of another program's text", () => "logrotate was here"],
  ];
  const damage = (records: string[], at: number, how: (record: string) => string) =>
    records.toSpliced(at, 1, how(records[at] as string));
  /** Moves the times of some records. */
  const shift = (records: string[], from: number, to: number, ms: number) =>
    records.map((record, index) =>
      index < from || index >= to
        ? record
        : record.replace(/"time":"([^".]+)/, (_, time: string) => {
            const moved = new Date(Date.parse(`${time}Z`) + ms).toISOString();
            return `"time":"${moved.slice(0, 19)}`;
          }),
    );

  test.each(broken)("with a record %s is read except for it, with one gap", async (_, how) => {
    const box = await stopped(count(1, 400));
    const early = await follow(box.name, { tail: 400 });
    await eventually(() => expect(early.reader.lines).toHaveLength(400));
    await left();
    await edit(box, (records) => damage(records, 199, how));
    // All lines after it are read.
    const late = await follow(box.name, { tail: 100 });
    await eventually(() => expect(late.reader.lines).toEqual(numbers(301, 400)));
    expect(late.reader.gaps).toEqual([]);
    // Across it, the lines after it are read, and those before it are announced as missing.
    const over = await follow(box.name, { tail: 300 });
    await eventually(() => expect(over.reader.closed).toHaveLength(1));
    expect(over.reader.lines).toEqual(numbers(201, 400));
    expect(over.reader.gaps).toEqual([expect.objectContaining({ reason: "unreadable" })]);
  });

  test("that is damaged behind a viewer's place continues after a gap, once", async () => {
    const box = await stopped(`echo first; sleep 1.2; ${count(1, 400)}`);
    await edit(box, (records) => records.slice(0, 1));
    const before = await follow(box.name, { tail: 10 });
    await eventually(() => expect(before.reader.lines).toEqual(["first"]));
    await left();
    await box.container.start();
    await box.container.wait();
    await edit(box, (records) => damage(records, 150, broken[0]?.[1] as (record: string) => string));
    const after = await follow(box.name, { since: before.reader.cursor });
    await eventually(() => expect(after.reader.lines.at(-1)).toBe("400"));
    // The Engine may continue after the damage by itself: the gap then follows the lines it skipped to.
    await eventually(() => expect(after.reader.gaps).toEqual([expect.objectContaining({ reason: "unreadable" })]));
    const received = after.reader.lines.slice(1).map(Number);
    expect(received).toEqual([...new Set(received)].toSorted((left, right) => left - right));
    expect(received.slice(0, 148)).toEqual(numbers(1, 148).map(Number));
    await left();
    const again = await follow(box.name, { since: after.reader.cursor });
    await box.container.start();
    await eventually(() => expect(again.reader.lines.at(-1)).toBe("400"));
    expect(again.reader.gaps).toEqual([]);
    expect(again.reader.lines).toEqual(["first", ...numbers(1, 400)]);
  });

  test("whose end was zeroed by a crash of the machine is still followed", async () => {
    const box = await stopped(count(1, 20));
    const before = await follow(box.name, { tail: 20 });
    await eventually(() => expect(before.reader.lines).toHaveLength(20));
    const { LogPath } = (await box.container.inspect()) as unknown as { LogPath: string };
    await writeFile(LogPath, "\0".repeat(300), { flag: "a" });
    await box.container.start();
    await eventually(() => expect(before.reader.lines.slice(20).slice(-19)).toEqual(numbers(2, 20)));
    // The zeros and the first record of the next run are one line of the file. An Engine that read the zeros before
    // the record came has passed them over, and delivers it.
    const first = before.reader.lines.length === 40 ? ["1"] : [];
    expect(before.reader.lines).toEqual([...numbers(1, 20), ...first, ...numbers(2, 20)]);
    if (first.length === 0) expect(before.reader.gaps).toEqual([expect.objectContaining({ reason: "unreadable" })]);
  });

  test.each([
    ["whose clock was set back", -HOUR_MS, 20, 40],
    ["whose clock was ahead for a while", 2 * HOUR_MS, 20, 40],
  ])("%s is sent in the order of the Engine, each line once, and still followed", async (_, ms, from, to) => {
    const box = await stopped(count(1, 60));
    await edit(box, (records) => shift(records, from, to, ms));
    const { reader } = await follow(box.name, { tail: 100 });
    await eventually(() => expect(reader.lines).toEqual(numbers(1, 60)));
    const place = reader.cursor;
    await box.container.start();
    await eventually(() => expect(reader.lines).toEqual([...numbers(1, 60), ...numbers(1, 60)]));
    await box.container.wait();
    await box.container.start();
    await eventually(() => expect(reader.lines).toHaveLength(180));
    const back = await follow(box.name, { since: place });
    await eventually(() => expect(back.reader.lines).toEqual([...numbers(1, 60), ...numbers(1, 60)]));
    expect([...reader.gaps, ...back.reader.gaps]).toEqual([]);
  });

  test("from which lines are removed while it is followed is still followed, without duplicates", async () => {
    const box = await engine.run({
      script: "i=1; while :; do echo $i; i=$((i+1)); usleep 50000; done",
      log: { driver: "json-file" },
    });
    const { reader } = await follow(box.name, { tail: 100 });
    await eventually(() => expect(reader.lines.length).toBeGreaterThan(20));
    await edit(box, (records) => records.slice(10));
    const seen = reader.lines.length;
    await eventually(() => expect(reader.lines.length).toBeGreaterThan(seen + 20));
    const received = reader.lines.map(Number);
    expect(received).toEqual([...new Set(received)].toSorted((left, right) => left - right));
  });

  test("that is rotated and compressed is followed, and continued from any position", async () => {
    const box = await engine.run({
      script: `i=1; while [ $i -le 1500 ]; do echo "$i ${"x".repeat(100)}"; i=$((i+1)); [ $((i % 50)) = 0 ] && usleep 30000; done; exec sleep 1000`,
      log: { driver: "json-file", options: { "max-size": "60k", "max-file": "9", compress: "true" } },
    });
    const { reader } = await follow(box.name, { tail: 2_000 });
    const received = (lines: string[]) => lines.map((line) => line.split(" ")[0]);
    await eventually(() => expect(reader.lines.length).toBeGreaterThan(300));
    const place = { cursor: reader.cursor, count: reader.lines.length };
    await eventually(() => expect(received(reader.lines)).toEqual(numbers(1, 1_500)));
    await left();
    const back = await follow(box.name, { since: place.cursor });
    await eventually(() => expect(received(back.reader.lines)).toEqual(numbers(place.count + 1, 1_500)));
    expect([...reader.gaps, ...back.reader.gaps]).toEqual([]);
  });
});
