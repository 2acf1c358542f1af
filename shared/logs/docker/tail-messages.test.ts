import { Readable } from "node:stream";
import { expect, test } from "vitest";
import type { ContainerIdentity, DockerHost } from "../../docker/docker-host.ts";
import { readTail } from "./tail-log.ts";
import { readBehindDamage, readEnd } from "./tail-messages.ts";

const record = (second: number) => {
  const body = Buffer.from(`2026-01-01T00:00:0${second}.000000000Z line ${second}\n`);
  const header = Buffer.alloc(8);
  header[0] = 1;
  header.writeUInt32BE(body.length, 4);
  return Buffer.concat([header, body]);
};

const container = { id: "c", tty: false, logDriver: "json-file", running: true } as ContainerIdentity;

/** Reads the last 256 records of a log that gives these responses, and from then on the last one again. */
function readLast(...responses: number[][]) {
  let at = 0;
  const docker = {
    openLogs: async () => Readable.from((responses[Math.min(at++, responses.length - 1)] ?? []).map(record)),
  } as unknown as DockerHost;
  return readEnd(docker, container, 256, 256, new AbortController().signal);
}

test("one response that is empty, while the container starts again, is no damage", async () => {
  const end = await readLast([1, 2], [], [1, 2], [1, 2]);
  expect(end).toMatchObject({ isDamaged: false, isWhole: true, messages: 2 });
});

test("a log that grows while it is read is no damage", async () => {
  const end = await readLast([1], [2], [1, 2], [1, 2]);
  expect(end).toMatchObject({ isDamaged: false, isWhole: true, messages: 2 });
});

test("a log that gives fewer records than it holds, again and again, is damaged", async () => {
  const end = await readLast([1], [2], [1], [2], [1], [2], [1]);
  expect(end).toMatchObject({ isDamaged: true, isWhole: false });
});

/** A log of numbered lines, of which some cannot be read; `onOpen` may write more of them. */
function damagedLog(damaged: readonly number[], count: number, onOpen: (opened: number) => number) {
  let [stored, opened] = [count, 0];
  const docker = {
    openLogs: async (_id: string, { tail = stored }: { tail?: number }) => {
      const end = stored;
      stored += onOpen(++opened);
      const last = Array.from({ length: Math.min(tail, end) }, (_, index) => end - Math.min(tail, end) + index + 1);
      const broken = last.findIndex((number) => damaged.includes(number));
      return Readable.from((broken === -1 ? last : last.slice(0, broken)).map((number) => frameOf(number)));
    },
  } as unknown as DockerHost;
  return docker;
}

function frameOf(number: number): Buffer {
  const body = Buffer.from(`2026-01-01T00:00:00.${String(number).padStart(9, "0")}Z ${number}\n`);
  const header = Buffer.alloc(8);
  header[0] = 1;
  header.writeUInt32BE(body.length, 4);
  return Buffer.concat([header, body]);
}

/** The lines behind a damaged record that is the 150th of 400, by their numbers. */
async function behindDamage(onOpen: (opened: number) => number): Promise<number[]> {
  const docker = damagedLog([150], 400, onOpen);
  const { lines } = await readBehindDamage(docker, container, 256, 10_000, new AbortController().signal);
  return lines.map(({ text }) => Number(text));
}
const from151 = (to: number) => Array.from({ length: to - 150 }, (_, index) => 151 + index);

test("all lines behind a damaged record are found", async () => {
  expect(await behindDamage(() => 0)).toEqual(from151(400));
});

test.each([1, 3, 6, 9, 11])(
  "they are found in a log that grows by many lines at response %i of the search",
  async (at) => {
    expect(await behindDamage((opened) => (opened === at ? 600 : 0))).toEqual(from151(1_000));
  },
);

test("and in a log that grows all the time, but for what is written during one response", async () => {
  const [first] = await behindDamage((opened) => (opened < 40 ? 5 : 0));
  expect(first).toBeLessThanOrEqual(151 + 5);
});

test.each<[string, number[], number, number, "before" | "behind" | undefined]>([
  ["no damaged record", [], 5, 400, undefined],
  ["one before the lines that are asked for", [150], 5, 400, undefined],
  ["one among them", [398], 5, 400, "before"],
  ["one directly before them, where the first may be half a line", [395], 5, 400, "before"],
  ["one at the end, and enough lines before it", [400], 5, 399, "behind"],
  ["one at the end, and another one further before it than lines are asked for", [150, 400], 5, 149, "behind"],
])("the last lines of a log with %s", async (_, damaged, count, newest, damage) => {
  const docker = damagedLog(damaged, 400, () => 0);
  const tail = await readTail(docker, container, count, new AbortController().signal);
  expect(Number(tail.lines.at(-1)?.text)).toBe(newest);
  expect(tail.damage).toBe(damage);
});
