import { getEventListeners } from "node:events";
import { expect, test } from "vitest";
import { unlessAborted } from "./unless-aborted.ts";

test("settles like the work, and leaves no listener", async () => {
  const { signal } = new AbortController();
  expect(await unlessAborted(Promise.resolve(1), signal)).toBe(1);
  await expect(unlessAborted(Promise.reject(new Error("broken")), signal)).rejects.toThrow("broken");
  expect(getEventListeners(signal, "abort")).toHaveLength(0);
});

test("rejects with the reason after an abort, during the work or before it", async () => {
  const abort = new AbortController();
  const { promise, reject } = Promise.withResolvers<never>();
  const during = unlessAborted(promise, abort.signal);
  abort.abort(new Error("left"));
  await expect(during).rejects.toThrow("left");
  await expect(unlessAborted(promise, abort.signal)).rejects.toThrow("left");
  reject(new Error("too late")); // an unhandled rejection would fail the run
  await new Promise(setImmediate);
});
