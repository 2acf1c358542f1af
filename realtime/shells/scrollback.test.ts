import { expect, test } from "vitest";
import { createScrollback } from "./scrollback.ts";

test("stores the newest bytes of any output at their offsets, and no more", () => {
  const scrollback = createScrollback(100_000);
  let all = Buffer.alloc(0);
  for (const [index, size] of [1, 9_000, 20_000, 0, 30_000, 99_999, 7, 250_000, 64_000, 1].entries()) {
    const chunk = Buffer.alloc(size, 97 + index);
    scrollback.append(chunk);
    all = Buffer.concat([all, chunk]);
    expect(scrollback.end).toBe(all.length);
    expect(scrollback.start).toBeGreaterThanOrEqual(all.length - 100_000);
    const read: Buffer[] = [];
    for (let at = scrollback.start; at < scrollback.end; ) {
      const part = scrollback.read(at, 32_768);
      expect(part.length).toBeGreaterThan(0);
      read.push(part);
      at += part.length;
    }
    expect(Buffer.concat(read).equals(all.subarray(scrollback.start))).toBe(true);
  }
  expect(scrollback.start).toBe(scrollback.end - 100_000);
});
