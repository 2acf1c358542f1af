import { expect, test } from "vitest";
import { createShares } from "./concurrency-limits.ts";

test("lets a caller wait for its places, refuses beyond the bound, and forgets who hangs up", async () => {
  const shares = createShares({ total: 3, perCaller: 1, waiting: 3, busy: "busy" });
  const leave = shares.take("one");
  const gone = new AbortController();
  const done: string[] = [];
  const note = (name: string) => async () => void done.push(name);
  const first = shares.run("one", note("first"), gone.signal).catch(() => done.push("gave up"));
  const others = [shares.run("one", note("second")), shares.run("one", note("third"))];
  await expect(shares.run("one", note("fourth"))).rejects.toMatchObject({ code: "overloaded" });
  expect(() => shares.take("one")).toThrow("busy");
  await shares.run("two", note("other"));
  gone.abort(new Error("hung up"));
  await first;
  expect(done).toEqual(["other", "gave up"]);
  leave();
  leave();
  await Promise.all(others);
  expect(done.slice(2)).toEqual(["second", "third"]);
  await expect(shares.run("one", note("late"), gone.signal)).rejects.toThrow("hung up");
});

test("serves callers in turn when all places are taken, and none is refused for the others", async () => {
  const shares = createShares({ total: 2, perCaller: 2, waiting: 4, busy: "busy" });
  const leaves = [shares.take("greedy"), shares.take("greedy")];
  const done: string[] = [];
  const note = (name: string) => async () => void done.push(name);
  expect(() => shares.take("other")).toThrow("busy");
  const waiting = [1, 2, 3].map((n) => shares.run("greedy", note(`greedy ${n}`)));
  waiting.push(shares.run("other", note("other")));
  leaves[0]?.();
  await Promise.all(waiting);
  expect(done.indexOf("other")).toBeLessThan(2);
  leaves[1]?.();
  // All places are free again.
  expect([shares.take("a"), shares.take("b")]).toHaveLength(2);
  expect(() => shares.take("c")).toThrow("busy");
});
