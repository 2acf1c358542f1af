import { expect, test } from "vitest";
import { singleFlight } from "./single-flight.ts";

test("shares one run among calls during it, and starts another one afterwards", async () => {
  const runs: PromiseWithResolvers<string>[] = [];
  const read = singleFlight((_name: string) => {
    const run = Promise.withResolvers<string>();
    runs.push(run);
    return run.promise;
  });
  const [first, joined] = [read("a"), read("b")];
  expect(joined).toBe(first);
  expect(read.running).toBe(first);
  expect(runs).toHaveLength(1);
  runs[0]?.resolve("one");
  expect(await first).toBe("one");
  expect(read.running).toBeUndefined();
  const second = read("c");
  runs[1]?.resolve("two");
  expect(await second).toBe("two");
});

test("shares an error, and runs again after it", async () => {
  let fails = true;
  const work = singleFlight((): Promise<string> => {
    if (fails) throw new Error("broken"); // before any await
    return Promise.resolve("well");
  });
  const both = await Promise.allSettled([work(), work()]);
  expect(both.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  fails = false;
  expect(await work()).toBe("well");
});
