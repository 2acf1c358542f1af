import { expect, test } from "vitest";
import { createConcurrencyLimit } from "./concurrency-limit.ts";

test("a caller waits for its places, is refused beyond the bound, and is forgotten after it hangs up", async () => {
  const limit = createConcurrencyLimit({ total: 3, perCaller: 1, queue: 3, message: "busy" });
  const release = limit.tryAcquire("one");
  const gone = new AbortController();
  const done: string[] = [];
  const note = (name: string) => async () => void done.push(name);
  const first = limit.run("one", note("first"), gone.signal).catch(() => done.push("gave up"));
  const others = [limit.run("one", note("second")), limit.run("one", note("third"))];
  await expect(limit.run("one", note("fourth"))).rejects.toMatchObject({ code: "overloaded" });
  expect(() => limit.tryAcquire("one")).toThrow("busy");
  await limit.run("two", note("other"));
  gone.abort(new Error("hung up"));
  await first;
  expect(done).toEqual(["other", "gave up"]);
  release();
  release();
  await Promise.all(others);
  expect(done.slice(2)).toEqual(["second", "third"]);
  await expect(limit.run("one", note("late"), gone.signal)).rejects.toThrow("hung up");
});

test("callers are served in turn while all places are taken, and none is refused because of the others", async () => {
  const limit = createConcurrencyLimit({ total: 2, perCaller: 2, queue: 4, message: "busy" });
  const releases = [limit.tryAcquire("greedy"), limit.tryAcquire("greedy")];
  const done: string[] = [];
  const note = (name: string) => async () => void done.push(name);
  expect(() => limit.tryAcquire("other")).toThrow("busy");
  const waiting = [1, 2, 3].map((n) => limit.run("greedy", note(`greedy ${n}`)));
  waiting.push(limit.run("other", note("other")));
  releases[0]?.();
  await Promise.all(waiting);
  expect(done.indexOf("other")).toBeLessThan(2);
  releases[1]?.();
  // All places are free again.
  expect([limit.tryAcquire("a"), limit.tryAcquire("b")]).toHaveLength(2);
  expect(() => limit.tryAcquire("c")).toThrow("busy");
});
