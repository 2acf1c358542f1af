import { describe, expect, it } from "vitest";
import { initialValues, pathKey, toArguments, valuesOf } from "./tool-arguments.ts";
import { toForm } from "./tool-schema.ts";

const schema = {
  type: "object",
  required: ["message", "count", "tags"],
  properties: {
    message: { type: "string", description: "What to say", minLength: 2 },
    count: { type: "integer", minimum: 1, maximum: 5, default: 3 },
    loud: { type: "boolean", default: true },
    tone: { enum: ["calm", "merry", 7], default: "merry" },
    tags: { type: "array", items: { type: "string" } },
    where: { type: "object", required: ["city"], properties: { city: { type: "string" }, zoom: { type: "number" } } },
    extra: { type: "object", additionalProperties: true },
    maybe: { anyOf: [{ type: "string" }, { type: "null" }] },
    shared: { $ref: "#/$defs/level" },
  },
  $defs: { level: { type: "string", enum: ["low", "high"] } },
};
const at = (...path: string[]) => pathKey(path);

describe("toForm", () => {
  it("picks a control for each kind of property", () => {
    const form = toForm(schema) ?? [];
    expect(Object.fromEntries(form.map(({ name, kind }) => [name, kind]))).toEqual({
      message: "text",
      count: "number",
      loud: "boolean",
      tone: "choice",
      tags: "list",
      where: "group",
      extra: "json",
      maybe: "text",
      shared: "choice",
    });
    expect(form[0]).toMatchObject({ required: true, description: "What to say" });
  });

  it("has no fields for a tool without arguments, and none it can build for a schema it does not know", () => {
    expect(toForm({ type: "object" })).toEqual([]);
    expect(toForm({ type: "object", properties: {} })).toEqual([]);
    expect(toForm({ type: "object", additionalProperties: { type: "string" } })).toBeNull();
    expect(toForm({ type: "array" })).toBeNull();
  });

  it("ends for circular and hostile schemas", () => {
    const circular = { type: "object", properties: { next: { $ref: "#" } } };
    expect(toForm(circular)).toHaveLength(1);
    expect(toForm({ type: "object", properties: { a: { $ref: "#/properties/a" } } })?.[0]?.kind).toBe("json");
    expect(toForm({ type: "object", properties: { a: { $ref: "#/__proto__/x" }, b: 5 } })).toHaveLength(2);
    const wide = Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`f${index}`, { type: "string" }]));
    expect(toForm({ type: "object", properties: wide })).toBeNull();
  });
});

describe("a schema of a kind that forms of others lose", () => {
  const argumentsOf = (properties: object, typed: object = {}, required: string[] = []) => {
    const form = toForm({ type: "object", properties, required, $defs: { level: { enum: ["low", "high"] } } }) ?? [];
    return toArguments(form, { ...initialValues(form), ...typed });
  };

  it.for([
    ["an optional list", { a: { type: "array", items: { type: "string" } } }],
    ["an optional check box without a default", { a: { type: "boolean" } }],
    ["a default of null", { a: { type: "array", items: {}, default: null } }],
    ["a nullable text with a default of null", { a: { anyOf: [{ type: "string" }, { type: "null" }], default: null } }],
    ["an optional group with optional texts", { a: { type: "object", properties: { b: { type: "string" } } } }],
    ["an optional list of choices", { a: { type: "array", items: { enum: ["x", "y"] } } }],
    ["an optional list of groups", { a: { type: "array", items: { properties: { b: {} }, type: "object" } } }],
  ] as const)("leaves out %s that nobody filled in", ([, properties]) => {
    expect(argumentsOf(properties)).toEqual({ arguments: {}, errors: {} });
  });

  it("sends an optional check box that was set, either way", () => {
    for (const value of [true, false]) {
      expect(argumentsOf({ a: { type: "boolean" } }, { [at("a")]: String(value) }).arguments).toEqual({ a: value });
    }
  });

  it("takes several choices with titles, and marks the default ones", () => {
    const items = {
      anyOf: [
        { const: "a", title: "Apple" },
        { const: "b", title: "Pear" },
      ],
    };
    const properties = { fruit: { type: "array", items, default: ["b"] } };
    expect(toForm({ type: "object", properties })?.[0]).toMatchObject({
      kind: "choices",
      initial: ["1"],
      options: [{ label: "Apple" }, { label: "Pear" }],
    });
    expect(argumentsOf(properties, { [at("fruit")]: ["0", "1"] }).arguments).toEqual({ fruit: ["a", "b"] });
  });

  it("adds entries of a list of groups, with what is wrong at their fields", () => {
    const item = {
      type: "object",
      required: ["name"],
      properties: { name: { type: "string" }, level: { $ref: "#/$defs/level" } },
    };
    const properties = { orders: { type: "array", items: item, minItems: 2 } };
    const typed = {
      [at("orders")]: ["r1", "r2"],
      [at("orders", "r1", "name")]: "Laptop",
      [at("orders", "r1", "level")]: "1",
    };
    const { arguments: args, errors } = argumentsOf(properties, typed, ["orders"]);
    expect(args).toEqual({ orders: [{ name: "Laptop", level: "high" }, {}] });
    expect(errors).toEqual({ [at("orders", "r2", "name")]: "Required" });
    expect(argumentsOf(properties, {}, ["orders"]).errors).toEqual({ [at("orders")]: "At least 2 entries" });
  });

  it("merges allOf, and starts with the only value of a required const", () => {
    const allOf = [
      { properties: { kind: { const: "x" } }, required: ["kind"] },
      { properties: { size: { type: "integer" } } },
    ];
    const form = toForm({ type: "object", allOf }) ?? [];
    expect(form.map(({ name }) => name)).toEqual(["kind", "size"]);
    expect(toArguments(form, initialValues(form)).arguments).toEqual({ kind: "x" });
  });

  it("takes lists in place of objects, as PHP writes empty ones, for a tool without arguments", () => {
    expect(toForm({ type: "object", properties: [], required: [] })).toEqual([]);
  });

  it("ends for a list of groups that hold themselves", () => {
    const tree = {
      type: "object",
      properties: { children: { type: "array", items: { $ref: "#" } }, name: { type: "string" } },
    };
    expect(JSON.stringify(toForm(tree)).length).toBeLessThan(20_000);
  });
});

describe("valuesOf", () => {
  const form = toForm(schema) ?? [];

  it("places arguments in the form they come from", () => {
    const args = {
      message: "hi",
      count: 2,
      loud: false,
      tone: 7,
      tags: ["a"],
      where: { city: "Rome" },
      extra: { x: [1] },
    };
    const values = valuesOf(form, args) ?? {};
    expect(toArguments(form, values)).toEqual({ arguments: args, errors: {} });
  });

  it.for([
    ["a name without a field", { other: 1 }],
    ["a value of another type", { message: 5 }],
    ["a value that is no choice", { tone: "loud" }],
    ["a text of several lines in a list", { tags: ["a\nb"] }],
    ["null", { maybe: null }],
  ] as const)("is undefined for %s, which stays JSON", ([, args]) => {
    expect(valuesOf(form, args)).toBeUndefined();
  });
});

describe("toArguments", () => {
  const form = toForm(schema) ?? [];

  it("starts with the schema's defaults", () => {
    const values = initialValues(form);
    expect(values[at("count")]).toBe("3");
    expect(values[at("loud")]).toBe(true);
    expect(values[at("tone")]).toBe("1");
  });

  it("types what was typed and leaves empty optional fields out", () => {
    const values = { ...initialValues(form), [at("message")]: "hello", [at("tone")]: "2", [at("tags")]: ["a", ""] };
    expect(toArguments(form, values)).toEqual({
      arguments: { message: "hello", count: 3, loud: true, tone: 7, tags: ["a", ""] },
      errors: {},
    });
  });

  it("takes nested groups and raw JSON", () => {
    const values = {
      ...initialValues(form),
      [at("message")]: "hello",
      [at("where", "city")]: "Rome",
      [at("where", "zoom")]: "1.5",
      [at("extra")]: '{"a":[1]}',
    };
    expect(toArguments(form, values).arguments).toMatchObject({
      where: { city: "Rome", zoom: 1.5 },
      extra: { a: [1] },
    });
  });

  it("reports errors by field", () => {
    const values = {
      ...initialValues(form),
      [at("count")]: "9",
      [at("where", "zoom")]: "x",
      [at("extra")]: "{oops",
    };
    expect(toArguments(form, values).errors).toEqual({
      [at("message")]: "Required",
      [at("count")]: "Must be 5 or less",
      [at("where", "city")]: "Required",
      [at("where", "zoom")]: "Must be a number",
      [at("extra")]: "Must be valid JSON",
    });
  });

  it("keeps a field called __proto__ a plain field", () => {
    const hostile = toForm(JSON.parse('{"type":"object","properties":{"__proto__":{"type":"string"}}}')) ?? [];
    const { arguments: result } = toArguments(hostile, { [at("__proto__")]: "x" });
    expect(JSON.stringify(result)).toBe('{"__proto__":"x"}');
    expect(Object.getPrototypeOf(result)).toBe(Object.prototype);
  });
});
