import { describe, expect, it, vi } from "vitest";
import { createFrameQueue } from "./frame-queue.ts";
import { manualFrames } from "./testing.ts";

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

  it("hands items over at most ten times a second, however fast they come", () => {
    const clock = { now: 0 };
    const timer = vi.spyOn(performance, "now").mockImplementation(() => clock.now);
    const waiting: { run: () => void; at: number }[] = [];
    let flushes = 0;
    const queue = createFrameQueue<number>({
      flush: () => flushes++,
      weigh: () => 1,
      maxWeight: 1_000,
      maxFlushWeight: 1_000,
      drop: () => {},
      schedule: (run, delay) => {
        const entry = { run, at: clock.now + delay };
        waiting.push(entry);
        return () => waiting.splice(waiting.indexOf(entry), 1);
      },
    });
    // Sixty frames a second for three seconds, with a line in each.
    for (let frame = 0; frame < 180; frame++) {
      clock.now = frame * (1_000 / 60);
      queue.push(frame);
      for (const { run } of waiting.splice(0, waiting[0] && waiting[0].at <= clock.now ? 1 : 0)) run();
    }
    timer.mockRestore();
    expect(flushes).toBeGreaterThan(20);
    expect(flushes).toBeLessThanOrEqual(30);
  });
});
