import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ContainerEvents, openContainerEvents } from "../../docker/container-events.ts";
import { createDockerHost } from "../../docker/docker-host.ts";
import { silentLog } from "../../server/log.ts";
import { type TestContainer, testEngine } from "../../testing/engine.ts";
import { eventually } from "../../testing/eventually.ts";
import { lacks, TEST_IMAGE } from "../../testing/parts.ts";
import type { LogLine, Position } from "../log-source.ts";
import { createContainerLogs } from "./container-logs.ts";

describe.skipIf(await lacks("docker"))("a followed container that is removed", () => {
  const engine = testEngine();
  const docker = createDockerHost({ dockerHost: engine.dockerHost });
  let events: ContainerEvents;
  beforeAll(() => {
    events = openContainerEvents(docker, silentLog());
  });
  afterAll(async () => {
    await events.close();
    await engine.removeAll();
  });

  /** Follows until the container is removed, or `last` was written. `onLine` is awaited by the source. */
  const follow = async (name: string, from: Position, onLine?: (text: string) => Promise<unknown>, last?: string) => {
    const abort = new AbortController();
    const story: string[] = [];
    const handlers = {
      async onLines(lines: LogLine[]) {
        for (const { change, text } of lines) {
          story.push(change ? `<${change.kind}>` : text.trim());
          if (!change) await onLine?.(text.trim());
          if (text.trim() === last) abort.abort();
        }
      },
      onLost: ({ reason }: { reason: string }) => void story.push(`<gap ${reason}>`),
      onState: () => {},
      onClosed({ code }: { code: string }) {
        if (code !== "removed") return;
        story.push("<removed>");
        abort.abort();
      },
    };
    await createContainerLogs(name, docker, events).follow(from, handlers, abort.signal);
    return story;
  };
  const countLines = async ({ container }: TestContainer) =>
    (await container.logs({ stdout: true, follow: false })).toString("latin1").split("\n").length - 1;
  const endOf = ({ name }: TestContainer) =>
    createContainerLogs(name, docker, events).end(new AbortController().signal);
  /** Writes `boot`, and `more` on each signal. */
  const script = "trap 'echo more' USR1; echo boot; while :; do usleep 20000; done";
  const run = async () => {
    const box = await engine.run({ script });
    await eventually(async () => (await countLines(box)) === 1);
    return { ...box, from: await endOf(box) };
  };

  test("leaves its ends and starts, and a gap in the run that was not read", async () => {
    const box = await run();
    const followed = follow(box.name, box.from, async () => {
      await box.container.restart({ t: 0 });
      await eventually(async () => (await countLines(box)) === 3);
      await box.container.remove({ force: true });
    });
    await box.container.kill({ signal: "SIGUSR1" });
    expect(await followed).toEqual(["more", "<ended>", "<started>", "<gap source_lost>", "<ended>", "<removed>"]);
  });

  test("leaves every line of a run whose reader is behind when the next one begins", async () => {
    const box = await engine.run({
      script: `[ -e /again ] && { echo next; exec sleep 1000; }; touch /again
        trap 'echo ready' USR1; trap 'seq 1 1000; exit 3' USR2; echo boot; while :; do usleep 20000; done`,
    });
    await eventually(async () => (await countLines(box)) === 1);
    const from = await endOf(box);
    // Few enough that the Engine has sent them all before the container is removed: it ends a longer stream there.
    let isHeld = false;
    const followed = follow(box.name, from, async (text) => {
      // The stream is open: what follows comes by it.
      if (text === "ready") return box.container.kill({ signal: "SIGUSR2" });
      if (isHeld) return;
      isHeld = true;
      await box.container.wait();
      await box.container.start();
      await eventually(async () => (await countLines(box)) === 1_003);
      await box.container.remove({ force: true });
    });
    await box.container.kill({ signal: "SIGUSR1" });
    const story = (await followed).filter((entry) => entry !== "ready" && entry !== "next");
    const changes = story.filter((entry) => entry.startsWith("<"));
    expect([story.length - changes.length, ...changes]).toEqual([
      1_000,
      "<ended>",
      "<started>",
      "<gap source_lost>",
      "<ended>",
      "<removed>",
    ]);
    expect(story.slice(0, 1_000).every((text, index) => text === String(index + 1))).toBe(true);
  });

  test("leaves no gap when its last run was read to the end", async () => {
    const box = await run();
    const followed = follow(box.name, box.from, () => box.container.kill());
    await box.container.kill({ signal: "SIGUSR1" });
    await box.container.wait();
    await box.container.remove({ force: true });
    expect(await followed).toEqual(["more", "<ended>", "<removed>"]);
  });

  test("leaves a gap before its end when it was not read since", async () => {
    const box = await run();
    await box.container.remove({ force: true });
    expect(await follow(box.name, box.from)).toEqual(["<gap source_lost>", "<ended>", "<removed>"]);
  });

  test("leaves its end before the container that takes its name", async () => {
    const box = await run();
    await box.container.remove({ force: true });
    const next = await engine.docker.createContainer({
      name: box.name,
      Image: TEST_IMAGE,
      Cmd: ["/bin/sh", "-c", "echo next; exec sleep 1000000"],
      HostConfig: { NetworkMode: "host" },
    });
    try {
      await next.start();
      expect(await follow(box.name, box.from, undefined, "next")).toEqual([
        "<gap source_lost>",
        "<ended>",
        "<gap replaced>",
        "<started>",
        "next",
      ]);
    } finally {
      await next.remove({ force: true });
    }
  });
});
