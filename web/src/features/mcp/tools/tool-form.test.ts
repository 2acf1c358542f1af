import { describe, expect, it } from "vitest";
import { initialValues, pathKey, toArguments } from "./tool-arguments.ts";
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
