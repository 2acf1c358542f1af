import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { CUE } from "../../shared/testing/engine.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { lacks } from "../../shared/testing/parts.ts";
import { nextEvent, readLogs } from "../testing.ts";
import { type FollowOptions, followContainer, useContainers } from "./testing.ts";

/** Script that prints `from` to `to`, one number per line, at once. */
const count = (from: number, to: number) => `i=${from}; while [ $i -le ${to} ]; do echo $i; i=$((i+1)); done`;
const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => String(from + index));

describe.skipIf(await lacks("docker"))("the log of a container", () => {
  const suite = useContainers();
  const { engine } = suite;

  const follow = (containerName: string, options?: FollowOptions) =>
    followContainer(suite, readLogs, containerName, options);

  test("starts with the last lines and continues with new ones", async () => {
    const { name, container, cue } = await engine.run({
      script: `${count(1, 150)}; ${CUE}; ${count(151, 160)}; exec sleep 100`,
    });
    await eventually(async () => (await container.logs({ stdout: true, tail: 1 })).toString().includes("150"));
    const { reader } = await follow(name, { tail: 10 });
    await eventually(() => expect(reader.lines.at(-1)).toBe("150"));
    await cue();
    await eventually(() => expect(reader.lines.at(-1)).toBe("160"));
    expect(reader.lines).toEqual(numbers(141, 160));
  });

  test("reaches every viewer completely, each line once, across a restart of the container", async () => {
    const { name, container, cue } = await engine.run({
      script: `${count(1, 500)}; ${CUE}; ${count(501, 1000)}; exec sleep 100`,
    });
    const first = await follow(name, { tail: 10_000 });
    const second = await follow(name, { tail: 10_000 });
    await cue();
    await eventually(() => expect(first.reader.lines.at(-1)).toBe("1000"));
    await eventually(() => expect(second.reader.lines.at(-1)).toBe("1000"));
    second.socket.disconnect();
    await container.restart({ t: 0 });
    await eventually(() => expect(first.reader.lines).toHaveLength(2000));
    expect(first.reader.lines).toEqual([...numbers(1, 1000), ...numbers(1, 1000)]);
    expect(first.reader.gaps).toEqual([]);
    expect(second.reader.lines).toEqual(numbers(1, 1000));
  });

  test("continues right after a cursor", async () => {
    const { name, cue } = await engine.run({ script: `${count(1, 300)}; ${CUE}; ${count(301, 400)}; exec sleep 100` });
    const first = await follow(name, { tail: 1000 });
    await eventually(() => expect(first.reader.lines.at(-1)).toBe("300"));
    first.socket.disconnect();
    await eventually(() => expect(suite.realtime.realtime.health().activeStreams).toBe(0));
    const second = await follow(name, { since: first.reader.cursor });
    await cue();
    await eventually(() => expect([...first.reader.lines, ...second.reader.lines]).toEqual(numbers(1, 400)));
    expect(second.reader.gaps).toEqual([]);
  });

  test("keeps one stream for fifty viewers, and closes it after the last", async () => {
    const { name } = await engine.run({ script: `while true; do echo tick; sleep 0.05; done` });
    const viewers = await Promise.all(Array.from({ length: 50 }, () => follow(name, { tail: 0 })));
    expect(suite.realtime.realtime.health().activeStreams).toBe(1);
    await Promise.all(viewers.map(({ socket }) => nextEvent(socket, "logs")));
    for (const { socket } of viewers) socket.disconnect();
    await eventually(() => expect(suite.realtime.realtime.health().activeStreams).toBe(0));
  });

  test("separates stdout from stderr, and keeps the order of each", async () => {
    const { name } = await engine.run({
      script: "for i in 1 2 3 4 5; do echo out$i; echo err$i >&2; done; exec sleep 100",
    });
    const socket = suite.realtime.connect("services");
    const out: string[] = [];
    const error: string[] = [];
    socket.on("logs", ({ data, type }) => (type === "error" ? error : out).push(...data.trim().split("\n")));
    await socket.emitWithAck("subscribe:logs", { serviceId: "svc", containerName: name, tail: 100 });
    await eventually(() => expect(out).toHaveLength(5));
    await eventually(() => expect(error).toHaveLength(5));
    expect(out).toEqual(["out1", "out2", "out3", "out4", "out5"]);
    expect(error).toEqual(["err1", "err2", "err3", "err4", "err5"]);
  });

  test("reports its end once, after the last line, even one without a newline", async () => {
    const { name, cue } = await engine.run({ script: `${CUE}; echo one; printf two; exit 3` });
    const { reader } = await follow(name);
    await cue();
    await eventually(() => expect(reader.closed).toEqual([expect.objectContaining({ code: "exited", exitCode: 3 })]));
    expect(reader.lines).toEqual(["one", "two"]);
    const { State } = await engine.docker.getContainer(name).inspect();
    expect(reader.closed).toMatchObject([{ endedAt: new Date(State.FinishedAt).toISOString() }]);
  });

  test("of a container that was never started is reported as closed, without an exit code", async () => {
    const name = `created-${randomUUID().slice(0, 8)}`;
    const made = await engine.docker.createContainer({ name, Image: "busybox:local", Cmd: ["true"] });
    try {
      const { reader } = await follow(name);
      await eventually(() => expect(reader.closed).toHaveLength(1));
      expect(reader.closed[0]).toEqual({ serviceId: "svc", containerName: name, code: "exited" });
    } finally {
      await made.remove({ force: true });
    }
  });

  test("follows a new container of the same name, and does not mix the two", async () => {
    const old = await engine.run({ script: `${count(1, 20)}; exec sleep 100` });
    const { reader } = await follow(old.name);
    await eventually(() => expect(reader.lines).toEqual(numbers(1, 20)));
    await old.container.remove({ force: true });
    await eventually(() => expect(reader.closed.at(-1)).toMatchObject({ code: "removed" }));
    const made = await engine.docker.createContainer({
      name: old.name,
      Image: "busybox:local",
      Cmd: ["sh", "-c", `${count(101, 120)}; exec sleep 100`],
      Labels: { "ai-desktop.test": "recreated" },
      HostConfig: { NetworkMode: "host" },
    });
    try {
      await made.start();
      await eventually(() => expect(reader.lines).toEqual([...numbers(1, 20), ...numbers(101, 120)]));
      expect(reader.states).toContain("restarted");
    } finally {
      await made.remove({ force: true });
    }
  });

  test("of a TTY is passed on raw", async () => {
    const { name, cue } = await engine.run({ script: `${CUE}; echo one; echo two >&2; exec sleep 100`, tty: true });
    const socket = suite.realtime.connect("services");
    let text = "";
    socket.on("logs", ({ data }) => (text += data));
    await socket.emitWithAck("subscribe:logs", { serviceId: "svc", containerName: name });
    await cue();
    await eventually(() => expect(text).toBe("one\r\ntwo\r\n"));
  });

  test("sends a long line completely, cuts one over 1 MiB, and the next line is complete again", async () => {
    const line = (bytes: number) => `head -c ${bytes} /dev/zero | tr '\\0' x; echo`;
    const { name } = await engine.run({ script: `${line(300_000)}; ${line(1_300_000)}; echo next; exec sleep 100` });
    const { reader } = await follow(name);
    await eventually(() => expect(reader.lines.at(-1)).toBe("next"));
    expect(reader.lines[0]).toBe("x".repeat(300_000));
    expect(reader.lines[1]).toMatch(/^x{1048576} … \[line cut at 1 MiB\]$/);
  });

  test.each([10, 40])("sends the last %i lines completely, however long they are", async (tail) => {
    const { name, container } = await engine.run({
      script:
        "i=1; while [ $i -le 40 ]; do head -c 50000 /dev/zero | tr '\\0' x; echo $i; i=$((i+1)); done; echo end; exec sleep 100",
    });
    await eventually(async () => (await container.logs({ stdout: true, tail: 1 })).toString().includes("end"));
    const { reader } = await follow(name, { tail });
    await eventually(() => expect(reader.lines.at(-1)).toBe("end"));
    const expected = numbers(42 - tail, 40).map((number) => `${"x".repeat(50_000)}${number}`);
    expect(reader.lines).toEqual([...expected, "end"]);
  });

  test("keeps characters whole that the Engine's messages cut", async () => {
    const { name } = await engine.run({
      script: "i=0; while [ $i -lt 3000 ]; do printf 'äöü€😀'; i=$((i+1)); done; echo; exec sleep 100",
    });
    const { reader } = await follow(name);
    await eventually(() => expect(reader.lines).toHaveLength(1));
    expect(reader.lines[0]?.replaceAll("äöü€😀", "").length).toBeLessThan(40); // the Engine damages characters at its 16 KiB cuts
  });

  test("reports that the log driver none cannot be read", async () => {
    const { name } = await engine.run({ log: { driver: "none" } });
    const socket = suite.realtime.connect("services");
    const answer = await socket.emitWithAck("subscribe:logs", { serviceId: "svc", containerName: name });
    expect(answer).toMatchObject({ success: false, code: "not_supported" });
  });

  test("of a missing container is refused with its name", async () => {
    const socket = suite.realtime.connect("services");
    const error = nextEvent(socket, "error");
    const answer = await socket.emitWithAck("subscribe:logs", { serviceId: "svc", containerName: "no-such-container" });
    expect(answer).toMatchObject({ success: false, code: "not_found" });
    expect(await error).toMatchObject({ serviceId: "svc", containerName: "no-such-container", code: "not_found" });
  });

  test("loses and repeats nothing when it rotates at a normal pace", async () => {
    const { name, cue } = await engine.run({
      script: `echo 0; ${CUE}; i=1; while [ $i -le 3000 ]; do echo "$i ${"x".repeat(500)}"; i=$((i+1)); [ $((i % 100)) = 0 ] && sleep 0.05; done; exec sleep 100`,
      log: { driver: "json-file", options: { "max-size": "1m", "max-file": "3" } },
    });
    const { reader } = await follow(name);
    await eventually(() => expect(reader.lines).toEqual(["0"]));
    await cue();
    await eventually(() => expect(reader.lines).toHaveLength(3001));
    expect(reader.lines.map((line) => line.split(" ")[0])).toEqual(numbers(0, 3000));
  });

  test("says what is missing when a cursor's lines were rotated away", async () => {
    const { name, cue } = await engine.run({
      script: `echo first; ${CUE}; i=1; while [ $i -le 2000 ]; do echo "$i ${"x".repeat(200)}"; i=$((i+1)); done; exec sleep 100`,
      log: { driver: "json-file", options: { "max-size": "50k", "max-file": "2" } },
    });
    const first = await follow(name);
    await eventually(() => expect(first.reader.lines).toContain("first"));
    await suite.realtime.disconnectAll();
    await cue();
    const { container } = { container: engine.docker.getContainer(name) };
    await eventually(async () => (await container.logs({ stdout: true, tail: 1 })).toString().includes("2000 x"));
    const second = await follow(name, { since: first.reader.cursor });
    await eventually(() => expect(second.reader.lines.at(-1)).toMatch(/^2000 /));
    expect(second.reader.gaps).toEqual([expect.objectContaining({ reason: "rotated", from: first.reader.cursor })]);
  });

  test("keeps the order of mixed streams when it is read back, and each line's own time", async () => {
    const { name, container } = await engine.run({
      script:
        "i=0; while [ $i -lt 20 ]; do echo $i; i=$((i+1)); sleep 0.05; echo $i >&2; i=$((i+1)); sleep 0.05; done; exec sleep 100",
    });
    // The Engine copies the two streams by themselves: on a busy host it may store a line after a later one of the other.
    const stored = await eventually(async () => {
      const lines = storedLines(await container.logs({ stdout: true, stderr: true, timestamps: true }));
      return lines.length === 20 && lines;
    });
    const socket = suite.realtime.connect("services");
    const times: number[] = [];
    const reader = readLogs(socket);
    socket.on("logs", ({ timestamp, ages, data }: { timestamp: string; ages?: number[]; data: string }) => {
      const count = data.split("\n").length - 1;
      for (let line = 0; line < count; line++) times.push(Date.parse(timestamp) - (ages?.[line] ?? 0));
    });
    await socket.emitWithAck("subscribe:logs", { serviceId: "svc", containerName: name, tail: 1_000, ages: true });
    await eventually(() => expect(reader.lines).toEqual(stored.map(({ text }) => text)));
    expect(times).toEqual(stored.map(({ time }) => time));
    expect(new Set(reader.lines)).toEqual(new Set(numbers(0, 19)));
    expect(Math.max(...times) - Math.min(...times)).toBeGreaterThan(300);
  });
});

/** What the Engine returns of a log: frames of a header of 8 bytes, whose last four are the length, and a line with its time. */
function storedLines(frames: Buffer): { time: number; text: string }[] {
  const lines: { time: number; text: string }[] = [];
  for (let at = 0; at < frames.length; ) {
    const end = at + 8 + frames.readUInt32BE(at + 4);
    const [time = "", text = ""] = frames
      .subarray(at + 8, end)
      .toString()
      .trim()
      .split(" ");
    lines.push({ time: Date.parse(time), text });
    at = end;
  }
  return lines;
}
