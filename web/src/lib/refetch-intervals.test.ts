import { expect, test } from "vitest";
import { ApiFailure } from "./api/failure.ts";
import { healInterval, storedContainersInterval } from "./refetch-intervals.ts";

test("the stored containers are requested again soon after a failure, and not after a refusal", () => {
  const after = (error: Error | null) => storedContainersInterval({ status: error ? "error" : "success", error });
  const soon = [
    new ApiFailure("unreachable", "The server cannot be reached."),
    new ApiFailure("overloaded", "Too many searches are under way.", { status: 503 }),
    new ApiFailure("rate_limited", "Too many requests.", { status: 429 }),
  ].map(after);
  expect(soon).toEqual([3_000, 3_000, 3_000]);
  expect(after(new ApiFailure("forbidden", "Not allowed.", { status: 403 }))).toBe(60_000);
  expect(after(null)).toBe(60_000);
});

test("a response that could not be renewed is requested again, and an error without one is shown", () => {
  const away = new ApiFailure("upstream_unavailable", "Docker does not respond.", { status: 503 });
  const refused = new ApiFailure("forbidden", "Not allowed.", { status: 403 });
  expect(healInterval({ data: [], error: away })).toBe(5_000);
  expect(healInterval({ data: undefined, error: away })).toBe(false);
  expect(healInterval({ data: [], error: refused })).toBe(false);
  expect(healInterval({ data: [], error: null })).toBe(false);
});
