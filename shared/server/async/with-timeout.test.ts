import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { TimeoutError, withTimeout } from "./with-timeout.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test("settles like the work, and leaves no timer", async () => {
  expect(await withTimeout(Promise.resolve(1), 1_000)).toBe(1);
  await expect(withTimeout(Promise.reject(new Error("broken")), 1_000)).rejects.toThrow("broken");
  expect(vi.getTimerCount()).toBe(0);
});

test("throws after the time limit, or returns the result of onTimeout", async () => {
  const never = new Promise<never>(() => {});
  const thrown = expect(withTimeout(never, 1_000)).rejects.toBeInstanceOf(TimeoutError);
  const given = expect(withTimeout(never, 1_000, () => "late")).resolves.toBe("late");
  const refused = expect(
    withTimeout(never, 1_000, () => {
      throw new Error("refused");
    }),
  ).rejects.toThrow("refused");
  await vi.advanceTimersByTimeAsync(999);
  expect(vi.getTimerCount()).toBe(3);
  await vi.advanceTimersByTimeAsync(1);
  await Promise.all([thrown, given, refused]);
  expect(vi.getTimerCount()).toBe(0);
});

test("takes a work's undefined for a result, not for a time-out", async () => {
  expect(await withTimeout(Promise.resolve(undefined), 1_000, () => "late")).toBeUndefined();
});

test("ignores a rejection after the time limit", async () => {
  const unhandled = vi.fn();
  process.on("unhandledRejection", unhandled);
  try {
    const { promise, reject } = Promise.withResolvers<never>();
    const waited = withTimeout(promise, 1_000, () => "late");
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await waited).toBe("late");
    reject(new Error("too late"));
    vi.useRealTimers();
    await new Promise(setImmediate);
    expect(unhandled).not.toHaveBeenCalled();
  } finally {
    process.off("unhandledRejection", unhandled);
  }
});
