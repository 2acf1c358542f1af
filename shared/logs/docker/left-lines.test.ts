import { EventEmitter } from "node:events";
import { Readable } from "node:stream";
import { expect, test } from "vitest";
import type { ContainerEvents } from "../../docker/container-events.ts";
import type { ContainerIdentity, DockerHost } from "../../docker/docker-host.ts";
import { createRunJournal } from "../../docker/run-journal.ts";
import { AppError } from "../../server/errors.ts";
import type { LogLine } from "../log-source.ts";
import { utcTimeOf } from "../utc-time.ts";
import { createContainerLogs } from "./container-logs.ts";
import { startOf, withRun } from "./container-position.ts";
import { linesUpTo } from "./engine-log.ts";

const id = "abcdef0123456789";
const frame = (text: string) => {
  const header = Buffer.alloc(8);
  header[0] = 1;
  header.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([header, Buffer.from(text)]);
};

/** A container that ended a moment ago and has already written lines of a run whose start event is missing. */
function endedContainer(nextLines = 1) {
  const endedAt = Date.now();
  const at = (millis: number) => utcTimeOf(endedAt + millis);
  const runs = { startedAt: at(-60_000), finishedAt: at(0), running: false, exitCode: 4, restartCount: 0 };
  const container = {
    id,
    name: "box",
    running: false,
    tty: false,
    logDriver: "none-of-the-counting",
    logFileBytes: null,
    runs,
  };
  const journal = createRunJournal();
  journal.opened();
  journal.add(id, { kind: "start", time: at(-59_990), startedAt: runs.startedAt });
  journal.add(id, { kind: "die", time: at(10), exitCode: 4 });
  const engine = { isRemoved: false, onOpen: (_opened: number) => {}, opened: 0 };
  const orGone = <Value>(value: Value): Value => {
    if (engine.isRemoved) throw new AppError("not_found", "No such container.");
    return value;
  };
  const docker = {
    identify: async () => orGone({ ...container } as ContainerIdentity),
    openLogs: async () => {
      engine.onOpen(++engine.opened);
      const next = Array.from({ length: nextLines }, (_, index) =>
        // The clock of the moment: what was just written belongs to the next run.
        frame(`${utcTimeOf(Math.max(Date.now(), endedAt + 20))} next ${index + 1}\n`),
      );
      return orGone(Readable.from([frame(`${at(-1)} last\n`), Buffer.concat(next)]));
    },
  } as unknown as DockerHost;
  const events = Object.assign(new EventEmitter(), { up: true, runs: journal }) as unknown as ContainerEvents;
  const restarts = () => {
    journal.add(id, { kind: "start", time: at(25) });
    journal.add(id, { kind: "die", time: utcTimeOf(Date.now() + 5_000), exitCode: 137 });
  };
  const from = withRun(startOf(id), { startedAt: runs.startedAt, ended: false, restartCount: 0 });
  return { source: createContainerLogs("box", docker, events), engine, from, restarts };
}

const entryOf = ({ change, text }: LogLine) => (change ? `<${change.kind}>` : text.trim());

async function followUntilRemoved(box: ReturnType<typeof endedContainer>, onEnd: () => void): Promise<string[]> {
  const abort = new AbortController();
  const story: string[] = [];
  const handlers = {
    onLines(lines: LogLine[]) {
      story.push(...lines.map(entryOf));
      if (lines.some(({ change }) => change?.kind === "ended")) onEnd();
    },
    onLost: ({ reason }: { reason: string }) => void story.push(`<gap ${reason}>`),
    onState: () => {},
    onClosed({ code }: { code: string }) {
      if (code !== "removed") return;
      story.push("<removed>");
      abort.abort();
    },
  };
  await box.source.follow(box.from, handlers, abort.signal);
  return story;
}

test("lines that wait for their start event are delivered when the container is removed first, before a gap", async () => {
  const box = endedContainer();
  const story = await followUntilRemoved(box, () => {
    box.engine.isRemoved = true;
  });
  // More may have been written after they were read.
  expect(story).toEqual(["last", "<ended>", "next 1", "<gap source_lost>", "<removed>"]);
});

test("lines that wait stand after the start that arrives with the removal, and before the end", async () => {
  const box = endedContainer();
  const story = await followUntilRemoved(box, () => {
    if (!box.engine.isRemoved) box.restarts();
    box.engine.isRemoved = true;
  });
  expect(story).toEqual(["last", "<ended>", "<started>", "next 1", "<gap source_lost>", "<ended>", "<removed>"]);
});

test("of more lines than are kept in memory the rest is announced as a gap", async () => {
  const box = endedContainer(1_001);
  const story = await followUntilRemoved(box, () => {
    box.engine.isRemoved = true;
  });
  expect(story.slice(1_000)).toEqual(["next 999", "next 1000", "<gap source_lost>", "<removed>"]);
  expect(story.filter((entry) => entry.startsWith("next"))).toHaveLength(1_000);
});

test("the last lines include those whose start event never arrives since the container is removed", async () => {
  const box = endedContainer();
  box.engine.onOpen = (opened) => {
    box.engine.isRemoved = opened > 1;
  };
  const story: string[] = [];
  const handlers = { onLines: (lines: LogLine[]) => void story.push(...lines.map(entryOf)), onLost: () => {} };
  await box.source.readTail(10, handlers, new AbortController().signal);
  expect(story).toEqual(["last", "<ended>", "next 1"]);
});

const now = Date.parse("2026-11-28T10:00:10.000Z");
const line = (second: number) => ({ time: utcTimeOf(Date.parse("2026-11-28T10:00:00.000Z") + second * 1_000) });
const secondsOf = (lines: { time: string }[]) =>
  lines.map(({ time }) => (Date.parse(time) - Date.parse("2026-11-28T10:00:00.000Z")) / 1_000);
test.each<[string, number[], number, number[]]>([
  ["no line", [], 9, []],
  ["lines up to the end alone", [7, 8, 9], 9, [7, 8, 9]],
  ["a line that was just written after the end", [7, 9.5], 9, [7]],
  ["nothing but lines that were just written after the end", [9.5, 9.6], 9, []],
  ["an older line behind a newer one, both before the end", [8.9, 8.2], 9, [8.9, 8.2]],
  ["lines out of order, of which the last of the run stands behind one that is later", [9.5, 8.9, 9.6], 9, [9.5, 8.9]],
  ["a line after the end that is 2 s old", [7, 8], 7, [7]],
  ["a line after the end that is more than 2 s old", [6, 7.9], 6, [6, 7.9]],
  ["a line of a clock that is 2 s ahead", [8, 12], 9, [8]],
  ["a line of a clock that is more than 2 s ahead", [8, 12.1], 9, [8, 12.1]],
  ["a line of the very time of the end", [9], 9, [9]],
])("the run that ended keeps its own lines: %s", (_, seconds, end, expected) => {
  expect(secondsOf(linesUpTo(seconds.map(line), line(end).time, now))).toEqual(expected);
});
