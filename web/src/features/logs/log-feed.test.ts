import { createRoot, createSignal } from "solid-js";
import { describe, expect, it } from "vitest";
import { createFrameQueue } from "./frame-queue.ts";
import { createLogFeed, type LogHandlers, type OpenLog } from "./log-feed.ts";

/** Frames that pass when the test says so. */
function manualFrames() {
  let waiting: (() => void)[] = [];
  return {
    schedule: (run: () => void) => {
      waiting.push(run);
      return () => {
        waiting = waiting.filter((other) => other !== run);
      };
    },
    pass() {
      const now = waiting;
      waiting = [];
      for (const run of now) run();
      return now.length;
    },
  };
}

function source() {
  const state = { open: 0, handlers: undefined as LogHandlers | undefined };
  const open: OpenLog = (handlers) => {
    state.open++;
    state.handlers = handlers;
    return () => {
      state.open--;
    };
  };
  return { state, open };
}

const batch = (data: string) => ({ data, timestamp: "2026-11-23T16:00:00Z" });

function start(maxEntries?: number) {
  const frames = manualFrames();
  const first = source();
  const [current, setCurrent] = createSignal<OpenLog | undefined>(() => () => {}, { equals: false });
  setCurrent(() => first.open);
  const { feed, dispose } = createRoot((end) => ({
    feed: createLogFeed(current, { schedule: frames.schedule, maxEntries }),
    dispose: end,
  }));
  const texts = () => feed.shown().map((entry) => entry.text);
  return { frames, first, setCurrent, feed, dispose, texts };
}

describe("createLogFeed", () => {
  it("gathers everything between two frames into one change", () => {
    const { frames, first, feed, texts, dispose } = start();
    const before = feed.version();
    for (let index = 0; index < 500; index++) first.state.handlers?.onLogs(batch(`${index}\n`));
    expect(texts()).toEqual([]);
    expect(frames.pass()).toBe(1);
    expect(feed.version()).toBe(before + 1);
    expect(texts()).toHaveLength(500);
    dispose();
  });

  it("keeps lines, gaps, restarts and exits in the order they came", () => {
    const { frames, first, feed, texts, dispose } = start();
    first.state.handlers?.onLogs(batch("one\n"));
    first.state.handlers?.onClosed({ code: "exited", exitCode: 3 });
    expect(feed.status()).toBe("closed");
    first.state.handlers?.onState("restarted");
    first.state.handlers?.onGap({ reason: "rotated" });
    first.state.handlers?.onLogs(batch("two\n"));
    frames.pass();
    expect(texts()).toEqual([
      "one",
      "Exited with code 3",
      "Restarted: a new run begins here",
      "Lines missing: the log was rotated",
      "two",
    ]);
    expect(feed.status()).toBe("live");
    dispose();
  });

  it("closes the old source and starts empty when another is chosen", () => {
    const { frames, first, setCurrent, texts, dispose } = start();
    first.state.handlers?.onLogs(batch("old\n"));
    frames.pass();
    const second = source();
    setCurrent(() => second.open);
    expect(first.state.open).toBe(0);
    expect(texts()).toEqual([]);
    second.state.handlers?.onLogs(batch("new\n"));
    frames.pass();
    expect(texts()).toEqual(["new"]);
    dispose();
    expect(second.state.open).toBe(0);
  });

  it("leaves nothing scheduled once it is disposed", () => {
    const { frames, first, dispose } = start();
    first.state.handlers?.onLogs(batch("a\n"));
    dispose();
    expect(frames.pass()).toBe(0);
  });
});

describe("createFrameQueue", () => {
  it("spreads a burst over frames and drops the oldest beyond its bound", () => {
    const frames = manualFrames();
    const flushed: number[][] = [];
    const dropped: number[] = [];
    const queue = createFrameQueue<number>({
      flush: (items) => flushed.push(items),
      weigh: () => 1,
      maxWeight: 10,
      maxFlushWeight: 4,
      drop: (items) => dropped.push(...items),
      schedule: frames.schedule,
    });
    for (let index = 0; index < 12; index++) queue.push(index);
    expect(dropped).toEqual([0, 1]);
    while (frames.pass() > 0);
    expect(flushed).toEqual([
      [2, 3, 4, 5],
      [6, 7, 8, 9],
      [10, 11],
    ]);
  });

  it("rests after a flush that took long, so that the page stays usable", () => {
    const delays: number[] = [];
    let run: () => void = () => {};
    const queue = createFrameQueue<number>({
      flush: () => {
        const until = performance.now() + 20;
        while (performance.now() < until);
      },
      weigh: () => 1,
      maxWeight: 10,
      maxFlushWeight: 10,
      drop: () => {},
      schedule: (next, delay) => {
        run = next;
        delays.push(delay);
        return () => {};
      },
    });
    queue.push(1);
    run();
    queue.push(2);
    expect(delays[0]).toBe(0);
    expect(delays[1]).toBeGreaterThan(40);
  });
});
