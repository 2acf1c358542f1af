import { expect, test } from "vitest";
import { briefJson } from "./brief-json.ts";

test.for([
  [{ a: [1, "x", null, { b: true }] }],
  [{ ["__proto__" as string]: 1, "": [] }],
  ["text"],
  [[[[]]]],
  [undefined],
])("is the JSON of a short value: %j", ([value]) => {
  expect(briefJson(value, 500)).toBe(JSON.stringify(value));
  expect(briefJson(value, 500, 2)).toBe(JSON.stringify(value, null, 2));
});

test.for([
  ["a long text", "x".repeat(5_000)],
  ["a long list", Array.from({ length: 5_000 }, (_, index) => index)],
  ["long names", { ["n".repeat(5_000)]: 1, other: 2 }],
  ["pairs cut in two", "😀".repeat(3_000)],
] as const)("is the beginning of the JSON of %s", ([, value]) => {
  const brief = briefJson(value, 1_000) ?? "";
  expect(brief).toHaveLength(1_001);
  expect(brief.slice(0, 999)).toBe(JSON.stringify(value).slice(0, 999));
  expect(brief.isWellFormed()).toBe(true);
});

test("writes a value whose indented JSON would be longer than a string can be", () => {
  let value: unknown = Array.from({ length: 400_000 }, () => 1);
  for (let depth = 0; depth < 1_500; depth++) value = [value];
  expect(briefJson(value, 1_000, 2)?.length).toBeLessThan(1_100);
});
