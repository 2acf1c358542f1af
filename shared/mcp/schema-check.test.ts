import { expect, it } from "vitest";
import { mismatchesOf } from "./schema-check.ts";

const schema = {
  type: "object",
  required: ["id", "tags"],
  additionalProperties: false,
  properties: {
    id: { type: "integer", minimum: 1 },
    tags: { type: "array", items: { $ref: "#/$defs/tag" }, minItems: 1 },
    note: { anyOf: [{ type: "string", maxLength: 3 }, { type: "null" }] },
  },
  $defs: { tag: { enum: ["a", "b"] } },
};

it.for([
  [{ id: 1, tags: ["a"], note: null }, []],
  [{ id: 1.5, tags: ["a"] }, ["id is number, not integer."]],
  [{ id: 0, tags: [] }, ["id is below 1.", "tags has too few entries."]],
  [{ tags: ["a", "z"] }, ["id is missing.", "tags.1 is none of the listed values."]],
  [{ id: 1, tags: ["b"], note: "long text" }, ["note matches none of the alternatives."]],
  [{ id: 1, tags: ["b"], more: 1 }, ["more is not allowed."]],
  [[], ["It is array, not object."]],
] as const)("names what does not match: %j", ([value, expected]) => {
  expect(mismatchesOf(value, schema)).toEqual(expected);
});

it("takes any JSON value as structured content, and a schema that is none", () => {
  expect(mismatchesOf([1], { type: "array", items: { type: "integer" } })).toEqual([]);
  expect(mismatchesOf("x", { type: 5, properties: [], items: "?", allOf: "no", $ref: "#/none" })).toEqual([]);
});

it("ends for schemas that refer to themselves, and runs no pattern", () => {
  const bomb = { anyOf: Array.from({ length: 50 }, () => ({ $ref: "#" })) };
  expect(mismatchesOf({ a: 1 }, bomb).length).toBeLessThanOrEqual(10);
  expect(mismatchesOf("a".repeat(50), { pattern: "(a+)+b" })).toEqual([]);
});
