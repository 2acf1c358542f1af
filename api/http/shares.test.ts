import { expect, test } from "vitest";
import { createShares } from "./shares.ts";

test("lets a caller wait for places of its own, and wakes whoever waits when one of them is refused or gives up", async () => {
  const shares = createShares({ total: 3, perCaller: 1, waiting: 3, busy: "busy" });
  const leave = shares.take("one");
  const gone = new AbortController();
  const done: string[] = [];
  const note = (name: string) => async () => void done.push(name);
  const first = shares.run("one", note("first"), gone.signal).catch(() => done.push("gave up"));
  const second = shares.run("one", note("second"));
  const third = shares.run("one", note("third"));
  await expect(shares.run("one", note("fourth"))).rejects.toMatchObject({ code: "overloaded" });
  expect(() => shares.take("one")).toThrow("busy");
  await shares.run("two", note("other"));
  gone.abort(new Error("hung up"));
  await first;
  expect(done).toEqual(["other", "gave up"]);
  const others = ["two", "three", "four"].flatMap((name) => {
    try {
      return [shares.take(name)];
    } catch {
      return [];
    }
  });
  expect(others).toHaveLength(2);
  leave();
  leave();
  await Promise.all([second, third]);
  expect(done.slice(2)).toEqual(["second", "third"]);
  for (const end of others) end();
});
