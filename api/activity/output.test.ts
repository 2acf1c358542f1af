import { expect, test } from "vitest";
import { createOutput, FIRST_OF_END, HALF_BYTES } from "./output.ts";

/** Writes like the store does: returns the lines that are stored in the end. */
function storeAll(output: ReturnType<typeof createOutput>, stored: Map<number, string>) {
  const { parts, endFrom } = output.changes();
  for (const { number, text } of parts) stored.set(number, text);
  for (const number of stored.keys()) if (number >= FIRST_OF_END && number < endFrom) stored.delete(number);
  output.stored();
}

test("keeps a short output whole, however often it is written", () => {
  const output = createOutput();
  const stored = new Map<number, string>();
  for (let index = 0; index < 5_000; index++) {
    output.add(`line ${index}`);
    if (index % 7 === 0) storeAll(output, stored);
  }
  storeAll(output, stored);
  const lines = [...stored].sort(([a], [b]) => a - b).flatMap(([, text]) => text.trimEnd().split("\n"));
  expect(lines).toEqual(Array.from({ length: 5_000 }, (_, index) => `line ${index}`));
  expect([output.lines, output.gap.lines]).toEqual([5_000, 0]);
});

test("keeps the beginning and the end of a long output, and counts what is between", () => {
  const output = createOutput();
  const stored = new Map<number, string>();
  const total = 300_000;
  for (let index = 0; index < total; index++) {
    output.add(`line ${index} of a long output`);
    if (index % 10_000 === 0) storeAll(output, stored);
  }
  storeAll(output, stored);
  const texts = [...stored].sort(([a], [b]) => a - b);
  const lines = texts.flatMap(([, text]) => text.trimEnd().split("\n"));
  expect(lines[0]).toBe("line 0 of a long output");
  expect(lines.at(-1)).toBe(`line ${total - 1} of a long output`);
  expect(lines.length + output.gap.lines).toBe(total);
  const bytes = texts.reduce((sum, [, text]) => sum + text.length, 0);
  expect(bytes + output.gap.bytes).toBe(output.bytes);
  expect(output.keptBytes).toBe(bytes);
  expect(bytes).toBeLessThan(2 * HALF_BYTES + 64 * 1024);
  // The end is whole: the lines after the gap follow each other.
  const firstOfEnd = texts
    .filter(([number]) => number >= FIRST_OF_END)
    .flatMap(([, text]) => text.trimEnd().split("\n"));
  expect(firstOfEnd[0]).toBe(`line ${total - firstOfEnd.length} of a long output`);
});

test("cuts a line without end, and counts bytes of characters outside of ASCII", () => {
  const output = createOutput();
  output.add("é".repeat(40_000));
  const [part] = output.changes().parts;
  expect(part?.text.endsWith("é…\n")).toBe(true);
  expect(part?.bytes).toBe(new TextEncoder().encode(part?.text).length);
});
