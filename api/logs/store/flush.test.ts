import { afterEach, expect, test } from "vitest";
import { startStore, type TestStore } from "../testing.ts";
import { toMicros } from "./line-time.ts";

let store: TestStore;
afterEach(() => store.close());

test("fresh lines of many containers stay within their bound over several writes, and all are found", async () => {
  store = await startStore({ maxBytes: 2e9 });
  const now = toMicros(Date.now());
  const names = Array.from({ length: 200 }, (_, number) => `web-${number}`);
  for (const [number, name] of names.entries()) {
    const lines = Array.from({ length: 45 }, (_, line) => ({ text: `${line} ${"x".repeat(1_000)}`, us: now + line }));
    store.feed(name, lines);
    if (number % 20 === 19) store.writer.flush();
  }
  const sizes = [...store.writer.streams.values()].map(({ freshBytes }) => freshBytes);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(8 * 1024 * 1024);
  expect(sizes.filter((size) => size === 0).length).toBeLessThan(20);
  for (const name of ["web-0", "web-199"])
    expect((await store.search({ sources: { container: [name] } })).lines).toHaveLength(45);
  const sealed = names[sizes.indexOf(0)] ?? "";
  expect((await store.search({ sources: { container: [sealed] } })).lines).toHaveLength(45);
});
