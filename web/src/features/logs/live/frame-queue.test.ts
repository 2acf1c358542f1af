import { describe, expect, it } from "vitest";
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
});
