import process from "node:process";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type PrivateEngine, startPrivateEngine, type TestContainer } from "../../shared/testing/engine.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { lacks } from "../../shared/testing/parts.ts";
import { type LogStory, readStory, startRealtime, type TestRealtime } from "../testing.ts";

/** Script that prints a unique text at the start of a run. */
const boots = "read id < /proc/sys/kernel/random/uuid; echo boot $id; exec sleep 1000";

describe.skipIf(await lacks("private-engine"))("an Engine that is killed and started again", () => {
  let engine: PrivateEngine;
  let realtime: TestRealtime;
  beforeAll(async () => {
    engine = await startPrivateEngine({ timeZone: "Asia/Kathmandu" });
    realtime = await startRealtime({ dockerHost: engine.dockerHost });
  });
  afterEach(async () => {
    await realtime.disconnectAll();
    await engine.removeAll();
  });
  afterAll(async () => {
    await realtime?.stop();
    await engine?.close();
  });

  const follow = async ({ name: containerName }: TestContainer): Promise<LogStory> => {
    const socket = realtime.connect("services");
    const story = readStory(socket);
    await socket.emitWithAck("subscribe:logs", { serviceId: "svc", containerName, tail: 100 });
    await eventually(() => expect(story.received.length).toBeGreaterThan(0));
    return story;
  };
  const pidOf = async ({ container }: TestContainer) => (await container.inspect()).State.Pid;
  /** Kinds of the received entries: ends, starts and the first lines of runs. */
  const kinds = ({ received }: LogStory) => received.map((entry) => entry.replace(/^boot .*/, "boot")).join(" ");
  test("in another time zone gives the lines of its driver local, each at its moment", async () => {
    const box = await engine.run({
      script: "while :; do echo tick; usleep 200000; done",
      log: { driver: "local" },
    });
    const before = Date.now();
    const story = await follow(box);
    await eventually(() => expect(story.received.length).toBeGreaterThan(5));
    expect(new Set(story.received)).toEqual(new Set(["tick"]));
    expect(Math.abs(Date.parse(story.timestamp ?? "") - before)).toBeLessThan(10 * 60_000);
    await box.container.restart({ t: 0 });
    await eventually(() => expect(story.received).toContain("<restarted>"));
    const seen = story.received.length;
    await eventually(() => expect(story.received.length).toBeGreaterThan(seen + 5));
    expect(story.received.filter((entry) => entry !== "tick")).toEqual(["<exited 137>", "<restarted>"]);
    expect(story.gaps).toEqual([]);
  });

  test.each([false, true])(
    "reports each end and start of its containers once (live-restore: %s)",
    async (liveRestore) => {
      await engine.down();
      await engine.up({ liveRestore });
      const boxes = {
        survivor: await engine.run({ script: boots }),
        always: await engine.run({ script: boots, restart: "always" }),
        dying: await engine.run({ script: boots }),
        reborn: await engine.run({ script: boots, restart: "always" }),
      };
      const [survivor, always, dying, reborn] = (await Promise.all(Object.values(boxes).map(follow))) as [
        LogStory,
        LogStory,
        LogStory,
        LogStory,
      ];
      const pids = await Promise.all([boxes.dying, boxes.reborn].map(pidOf));
      await engine.down("SIGKILL");
      for (const pid of pids) process.kill(pid, "SIGKILL");
      await engine.up();
      // The Engine may not know the exit code of an end that it did not observe.
      const ended = "boot <exited (137|\\?1)>";
      // Lines of the next run are held back until the Engine has reported the end, for two seconds at most.
      const again = new RegExp(`^(${ended} <restarted> boot|boot ${ended} <restarted>)$`);
      const over = new RegExp(`^${ended}$`);
      await eventually(() => expect(kinds(reborn)).toMatch(again));
      await eventually(() => expect(kinds(dying)).toMatch(over));
      if (liveRestore) {
        // The containers were not touched: the next entries are of the following actions.
        await boxes.survivor.container.kill();
        await boxes.always.container.restart({ t: 0 });
      }
      await eventually(() => expect(kinds(survivor)).toMatch(over));
      await eventually(() => expect(kinds(always)).toMatch(again));
      expect([kinds(reborn), kinds(dying)]).toEqual([expect.stringMatching(again), expect.stringMatching(over)]);
      expect([survivor, always, dying, reborn].flatMap(({ gaps }) => gaps)).toEqual([]);
    },
  );
});
