import { truncate } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { CUE, type TestContainer } from "../../shared/testing/engine.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { lacks } from "../../shared/testing/parts.ts";
import { readLogs } from "../testing.ts";
import { useContainers } from "./testing.ts";

const LINES = 3_000;

describe.skipIf(await lacks("docker"))("a log that is rotated faster than it is read", () => {
  const suite = useContainers();
  const { engine } = suite;

  /** Numbers of the lines that the Engine has. */
  const held = async ({ container }: TestContainer): Promise<number[]> => {
    const body = await container.logs({ stdout: true, follow: false });
    const found: number[] = [];
    for (let at = 0; at < body.length; at += 8 + body.readUInt32BE(at + 4)) {
      found.push(Number(body.toString("latin1", at + 8, at + 16).split(" ")[0]));
    }
    return found;
  };

  test.each(["3", "1"])(
    "(%s files of 20 KB) is sent in order, without duplicates and up to its newest line, and is still followed",
    async (files) => {
      const counting = await engine.run({
        script: `${CUE}; i=1; while [ $i -le ${LINES} ]; do echo "$i ${"x".repeat(100)}"; i=$((i+1)); done; exec sleep 100`,
        log: { driver: "json-file", options: { "max-size": "20k", "max-file": files } },
      });
      const socket = suite.realtime.connect("services");
      const reader = readLogs(socket);
      const numbers = () => reader.lines.map((line) => Number(line.split(" ")[0]));
      const ref = { serviceId: "svc", containerName: counting.name };
      expect(await socket.emitWithAck("subscribe:logs", { ...ref, tail: 0 })).toMatchObject({ success: true });
      await counting.cue();
      await eventually(async () => (await held(counting)).includes(LINES));
      // What the reader saw besides, should its newest line never come.
      const story = () => JSON.stringify({ ...reader, lines: reader.lines.length, connected: socket.connected });
      await eventually(() => expect(numbers().at(-1), story()).toBe(LINES));
      expect(numbers().filter((line, index) => index > 0 && !(line > (numbers()[index - 1] as number)))).toEqual([]);
      // The Engine leaves out files while it follows, without a word. What could not be read any more is announced.
      const holes = numbers().filter((line, index) => index > 0 && line !== (numbers()[index - 1] as number) + 1);
      if (holes.length > 0) expect(reader.gaps).toContainEqual(expect.objectContaining({ reason: "rotated" }));
      expect(reader.gaps.length).toBeGreaterThanOrEqual(holes.length);

      // A log without its reader would not continue.
      const seen = numbers().length;
      await counting.container.restart({ t: 0 });
      await eventually(() => expect(numbers().slice(seen).at(-1)).toBe(LINES));
    },
  );

  test("by others, who empty it under the Engine, is still followed", async () => {
    const counting = await engine.run({ script: "i=0; while true; do echo $i; i=$((i+1)); sleep 0.2; done" });
    const { LogPath } = (await counting.container.inspect()) as unknown as { LogPath: string };
    const socket = suite.realtime.connect("services");
    const reader = readLogs(socket);
    await socket.emitWithAck("subscribe:logs", { serviceId: "svc", containerName: counting.name, tail: 10 });
    await eventually(() => expect(reader.lines.length).toBeGreaterThan(10));
    await truncate(LogPath);
    const newest = async () => Math.max(...(await held(counting)));
    // Later lines arrive eventually.
    await eventually(async () => expect(Number(reader.lines.at(-1))).toBeGreaterThan((await newest()) - 5), 500);
    const seen = Number(reader.lines.at(-1));
    await eventually(() => expect(Number(reader.lines.at(-1))).toBeGreaterThan(seen + 5));
    const numbers = reader.lines.map(Number);
    expect(numbers).toEqual([...new Set(numbers)].toSorted((left, right) => left - right));
  });
});
