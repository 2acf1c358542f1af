import { describe, expect, test } from "vitest";
import type { TestContainer } from "../../shared/testing/engine.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { lacks } from "../../shared/testing/parts.ts";
import { readStory } from "../testing.ts";
import { type FollowOptions, followContainer, useContainers } from "./testing.ts";

describe.skipIf(await lacks("docker"))("the ends and starts of a container", () => {
  const suite = useContainers();
  const { engine } = suite;

  const follow = (containerName: string, options: FollowOptions = {}, token?: string) =>
    followContainer(suite, readStory, containerName, { ...options, token });
  const restartCount = async ({ container }: TestContainer) => (await container.inspect()).RestartCount;

  test("are sent for every run of a crash loop, each before the first line of the next run", async () => {
    const box = await engine.run({ script: "echo boot; exit 3", restart: "always", start: false });
    const { reader } = await follow(box.name);
    await box.container.start();
    const boots = () => reader.received.filter((entry) => entry === "boot").length;
    await eventually(() => boots() >= 6);
    const runs = reader.received.join(" ").split("boot").slice(1, 6);
    expect(runs).toEqual(Array.from({ length: 5 }, () => " <exited 3> <restarted> "));
    expect(reader.gaps).toEqual([]);
  });

  test("are sent after the last line of a burst, of which none is missing", async () => {
    const box = await engine.run({ script: "seq 1 50000; exit 0", start: false });
    const { reader } = await follow(box.name);
    await eventually(() => expect(reader.received).toEqual(["<exited>"]));
    await box.container.start();
    await eventually(() => expect(reader.received.at(-1)).toBe("<exited 0>"));
    const lines = Array.from({ length: 50_000 }, (_, index) => String(index + 1));
    expect(reader.received.join()).toBe(["<exited>", "<restarted>", ...lines, "<exited 0>"].join());
    expect(reader.gaps).toEqual([]);
  });

  test("are sent for runs that write nothing", async () => {
    const box = await engine.run({ script: "exit 7", restart: "always", start: false });
    const { reader } = await follow(box.name);
    await box.container.start();
    await eventually(() => reader.received.filter((entry) => entry === "<exited 7>").length >= 4);
    expect(await restartCount(box)).toBeGreaterThanOrEqual(4 - 1);
    const ends = reader.received.slice(reader.received.indexOf("<restarted>"));
    expect(ends).toEqual(ends.map((_, index) => (index % 2 === 0 ? "<restarted>" : "<exited 7>")));
  });

  test("are each sent once when it is restarted ten times in a row", async () => {
    const box = await engine.run({ script: "read id < /proc/sys/kernel/random/uuid; echo $id; exec sleep 1000" });
    // The viewer joins at the moment of the first restart: its last lines are read while the container ends and starts.
    const { reader } = await follow(box.name);
    for (let round = 0; round < 10; round++) await box.container.restart({ t: 0 });
    const kinds = () => reader.received.map((entry) => (entry.startsWith("<") ? entry : "line")).join(" ");
    // A run can be killed before it writes its line.
    await eventually(() => expect(kinds()).toMatch(/^(line )?(<exited 137> <restarted> ?(line ?)?){10}$/));
  });

  test("are each sent once to every viewer who joins while they happen", async () => {
    const box = await engine.run({ script: "read id < /proc/sys/kernel/random/uuid; echo $id; exec sleep 1000" });
    const first = await follow(box.name);
    const viewers = [first];
    const restarts = (async () => {
      for (let round = 0; round < 8; round++) await box.container.restart({ t: 0 });
    })();
    let isOver = false;
    void restarts.finally(() => {
      isOver = true;
    });
    while (!isOver && viewers.length < 24) viewers.push(await follow(box.name, { tail: 100 }));
    await restarts;
    const changes = (entries: string[]) => entries.filter((entry) => entry.startsWith("<"));
    await eventually(() =>
      expect(changes(first.reader.received).filter((entry) => entry === "<restarted>")).toHaveLength(8),
    );
    const { State } = await box.container.inspect();
    const newest = Date.parse(State.StartedAt);
    for (const { reader } of viewers) {
      await eventually(() =>
        expect(Date.parse(reader.starts.at(-1) ?? State.StartedAt)).toBeGreaterThanOrEqual(newest),
      );
      const seen = changes(reader.received);
      expect(seen).toEqual(seen.map((_, index) => (index % 2 === 0 ? "<exited 137>" : "<restarted>")));
      expect(reader.starts).toEqual([...new Set(reader.starts)].toSorted());
    }
  });

  test("are sent to a viewer who returns with an earlier cursor, and not again with a later one", async () => {
    const box = await engine.run({ script: "read id < /proc/sys/kernel/random/uuid; echo $id; exec sleep 1000" });
    const first = await follow(box.name);
    await eventually(() => expect(first.reader.received).toHaveLength(1));
    first.socket.disconnect();
    await eventually(() => suite.realtime.realtime.health().activeStreams === 0);
    for (let runs = 2; runs <= 3; runs++) {
      await box.container.restart({ t: 0 });
      // A restart may end a run before it has written anything.
      const written = async () => String(await box.container.logs({ stdout: true })).split("\n").length - 1;
      await eventually(async () => (await written()) === runs);
    }
    const second = await follow(box.name, { since: first.reader.cursor });
    await eventually(() => expect(second.reader.received).toHaveLength(6));
    const kinds = second.reader.received.map((entry) => (entry.startsWith("<") ? entry : "line"));
    expect(kinds).toEqual(["<exited 137>", "<restarted>", "line", "<exited 137>", "<restarted>", "line"]);
    const { State } = await box.container.inspect();
    expect(Math.abs(Date.parse(second.reader.starts[1] ?? "") - Date.parse(State.StartedAt))).toBeLessThan(10_000);
    expect(Date.parse(second.reader.starts[0] ?? "")).toBeLessThan(Date.parse(second.reader.starts[1] ?? ""));
    await box.container.kill();
    await eventually(() => second.reader.received.at(-1) === "<exited 137>");
    second.socket.disconnect();
    const third = await follow(box.name, { since: second.reader.cursor });
    await box.container.start();
    await eventually(() => third.reader.received.length === 2);
    expect(third.reader.received[0]).toBe("<restarted>");
  });

  test("are sent once between the last lines of a new viewer", async () => {
    const box = await engine.run({ script: "echo run; exit 4" });
    await box.container.wait();
    await box.container.start();
    await box.container.wait();
    const { reader } = await follow(box.name, { tail: 10 });
    await eventually(() => expect(reader.received.join()).toBe("run,<exited 4>,<restarted>,run,<exited 4>"));
    expect(reader.received).toEqual(["run", "<exited 4>", "<restarted>", "run", "<exited 4>"]);
  });

  test("are sent for a container that is removed as it ends", async () => {
    const box = await engine.run({ script: "exit 0", start: false });
    await box.container.remove();
    const made = await engine.docker.createContainer({
      name: box.name,
      Image: "busybox:local",
      Cmd: ["sh", "-c", "trap 'echo last; exit 5' USR1; while :; do echo more; usleep 20000; done"],
      Labels: { "ai-desktop.test": "gone" },
      HostConfig: { NetworkMode: "host", AutoRemove: true },
    });
    const { reader } = await follow(box.name);
    await made.start();
    await eventually(() => reader.received.length > 20);
    await made.kill({ signal: "SIGUSR1" });
    await eventually(() => expect(reader.received.at(-1)).toBe("<removed>"));
    expect(reader.received.slice(-3)).toEqual(["last", "<exited 5>", "<removed>"]);
    expect(reader.gaps).toEqual([]);
  });

  test("of a moved name end the followed log, and start that of the container with the name", async () => {
    const old = await engine.run({ script: "while :; do echo old; usleep 50000; done" });
    // A viewer with access to the old name only gets nothing of the container after its rename.
    const limits = { services: [old.name], deployments: [] };
    suite.realtime.access.add("limited", { role: "viewer", limits });
    const { socket, reader } = await follow(old.name, { serviceId: old.name }, "limited");
    const samples: unknown[] = [];
    await socket.emitWithAck("subscribe:stats", { serviceId: old.name, containerName: old.name });
    socket.on("stats", (sample) => samples.push(sample));
    await eventually(() => reader.received.includes("old"));
    await old.container.rename({ name: `${old.name}-moved` });
    await eventually(() => expect(reader.received.at(-1)).toBe("<removed>"));
    const moved = { serviceId: old.name, containerName: `${old.name}-moved` };
    expect(await socket.emitWithAck("subscribe:logs", moved)).toMatchObject({ success: false, code: "not_found" });
    const heard = reader.received.length;
    const sampled = samples.length;
    const made = await engine.docker.createContainer({
      name: old.name,
      Image: "busybox:local",
      Cmd: ["sh", "-c", "echo new; exec sleep 1000"],
      Labels: { "ai-desktop.test": "moved" },
      HostConfig: { NetworkMode: "host" },
    });
    try {
      await made.start();
      await eventually(() => reader.received.includes("new"));
      // It can be seen before it is started.
      expect(reader.received.slice(heard).join(" ")).toMatch(/^(<exited> )?<restarted> new$/);
      expect(reader.gaps).toEqual(["replaced"]);
      await eventually(() => samples.length > sampled);
    } finally {
      await made.remove({ force: true });
    }
  });
});
