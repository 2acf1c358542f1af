import { expect, it, vi } from "vitest";
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

const many = (length: number, of: (index: number) => unknown) => Array.from({ length }, (_, index) => of(index));
const wide = Object.fromEntries(many(60_000, (index) => [`n${index}`, index]) as [string, number][]);
const twice = (schema: object) => ({ allOf: many(100, () => ({ allOf: many(100, () => schema) })) });

const MAX_MADE = 10_000_000;
/** Counts characters and items of what is made of values, and ends what makes too many. */
const measure = () => {
  let made = 0;
  const count = <Result extends { length: number } | undefined>(result: Result): Result => {
    made += result?.length ?? 0;
    if (made > MAX_MADE) throw new Error("too much was made");
    return result;
  };
  const { stringify } = JSON;
  const { keys, entries } = Object;
  const { split } = String.prototype;
  const { flat } = Array.prototype;
  const spies = [
    vi
      .spyOn(JSON, "stringify")
      .mockImplementation((...given: unknown[]) => count(Reflect.apply(stringify, JSON, given))),
    vi.spyOn(Object, "keys").mockImplementation((value: object) => count(keys(value))),
    vi.spyOn(Object, "entries").mockImplementation((value: object) => count(entries(value))),
    vi.spyOn(String.prototype, "split").mockImplementation(function (this: string, ...given: unknown[]) {
      return count(Reflect.apply(split, this, given) as string[]);
    }),
    vi.spyOn(Array.prototype, "flat").mockImplementation(function (this: unknown[], ...given: unknown[]) {
      return count(Reflect.apply(flat, this, given) as never[]);
    }),
  ];
  return {
    items: () => made,
    end() {
      for (const spy of spies) spy.mockRestore();
    },
  };
};

it.for([
  ["listed values beside a large one", "x".repeat(2_000_000), { enum: many(20_000, String) }],
  ["empty objects beside a large one", wide, { enum: many(20_000, () => ({})) }],
  ["a large constant for each entry", many(20_000, Number), { items: { const: "y".repeat(500_000) } }],
  ["the names of a large object, again and again", wide, twice({ properties: { a: {} } })],
  ["a long list of types", many(20_000, Number), { items: { type: many(50_000, () => "string") } }],
  ["a long reference", 1, twice({ $ref: `#${"/a".repeat(200_000)}` })],
] as const)("makes little of %s", ([, value, schema]) => {
  const made = measure();
  try {
    expect(mismatchesOf(value, schema as Record<string, unknown>).length).toBeLessThanOrEqual(10);
  } finally {
    made.end();
  }
  expect(made.items()).toBeLessThan(MAX_MADE);
});

it("compares values, not the order of their names, and says nothing about what it did not look at", () => {
  expect(mismatchesOf({ a: 1, b: [2] }, { const: { b: [2], a: 1 } })).toEqual([]);
  expect(mismatchesOf({ a: 1 }, { enum: [{ a: 1, b: 1 }, { b: 1 }, [1], null] })).toHaveLength(1);
  expect(mismatchesOf(149, { anyOf: many(150, (index) => ({ const: index })) })).toEqual([]);
  const large = many(60_000, Number);
  expect(mismatchesOf(large, { oneOf: [{ items: { type: "integer" } }, { items: { type: "string" } }] })).toEqual([]);
});
