import { expect, test, vi } from "vitest";
import { loadPart } from "./load-part.ts";

const aborted = () =>
  new TypeError("Failed to fetch dynamically imported module: http://host:3005/assets/LogsPage-B1a2.js");

test.each([1, 2])("a part that cannot be fetched %i times is fetched again", async (times) => {
  const load = vi.fn().mockResolvedValue("part");
  for (let failure = 0; failure < times; failure++) load.mockRejectedValueOnce(aborted());
  expect(await loadPart(load)).toBe("part");
  expect(load).toHaveBeenCalledTimes(times + 1);
});

test("one that cannot be fetched three times fails with the last error", async () => {
  const last = aborted();
  const load = vi.fn().mockRejectedValueOnce(aborted()).mockRejectedValueOnce(aborted()).mockRejectedValueOnce(last);
  await expect(loadPart(load)).rejects.toBe(last);
  expect(load).toHaveBeenCalledTimes(3);
});

test("one whose code throws is not loaded again", async () => {
  const load = vi.fn().mockRejectedValue(new Error("a fault of the part"));
  await expect(loadPart(load)).rejects.toThrow("a fault of the part");
  expect(load).toHaveBeenCalledTimes(1);
});
