import { fieldMessages } from "../messages.ts";

/** One field of the form made from a tool's JSON Schema. Anything the form cannot show well is edited as raw JSON. */
export type ToolField = {
  name: string;
  label: string;
  description: string | null;
  required: boolean;
} & FieldShape;

export type FieldShape =
  | { kind: "text"; initial: string; multiline: boolean; minLength?: number; maxLength?: number; placeholder?: string }
  | { kind: "number"; initial: string; integer: boolean; min?: number; max?: number }
  | { kind: "boolean"; initial: boolean }
  | { kind: "choice"; initial: string; options: Choice[] }
  | { kind: "choices"; initial: string[]; options: Choice[] }
  | { kind: "list"; initial: string[]; item: "text" | "number" | "integer" }
  /** Groups of fields that are added one by one. */
  | { kind: "items"; initial: string[]; item: ToolField; min: number; max: number }
  | { kind: "group"; fields: ToolField[] }
  | { kind: "json"; initial: string; hint: string };

export interface Choice {
  /** Position in the schema's own list: the value itself may be of any type. */
  key: string;
  label: string;
  value: unknown;
}

type Schema = Record<string, unknown>;

/** Deepest group the form nests before it falls back to raw JSON, and most fields it builds. */
const DEPTH_MAX = 4;
const FIELDS_MAX = 200;
const CHOICES_MAX = 500;
const ITEMS_MAX = 50;

const isSchema = (value: unknown): value is Schema =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
const number = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isFinite(value) ? value : undefined;
/** A default of null says that there is none: most schemas that have it do not allow null. */
const toJson = (value: unknown): string =>
  value === undefined || value === null ? "" : (JSON.stringify(value, null, 2) ?? "");

/** Follows a local `$ref` (`#/$defs/x`) of the tool's own schema; a foreign or circular one stays unresolved. */
function resolve(schema: Schema, root: Schema): Schema {
  let current = schema;
  for (let step = 0; step < 8; step++) {
    const ref = text(current.$ref);
    if (ref === undefined) return current;
    if (!ref.startsWith("#/")) return {};
    let target: unknown = root;
    for (const part of ref.slice(2).split("/")) {
      const key = part.replaceAll("~1", "/").replaceAll("~0", "~");
      target = isSchema(target) && Object.hasOwn(target, key) ? target[key] : undefined;
    }
    if (!isSchema(target)) return {};
    const { $ref: _, ...beside } = current;
    current = { ...target, ...beside };
  }
  return {};
}

/** `anyOf: [X, null]` and `type: [x, "null"]` mean an optional X. */
function withoutNull(schema: Schema, root: Schema): Schema {
  const options = Array.isArray(schema.anyOf) ? schema.anyOf : Array.isArray(schema.oneOf) ? schema.oneOf : null;
  if (options) {
    const real = options.filter(isSchema).filter((option) => option.type !== "null");
    const only = real[0];
    if (real.length === 1 && only) {
      const { anyOf: _anyOf, oneOf: _oneOf, ...beside } = schema;
      return { ...resolve(only, root), ...beside };
    }
  }
  if (Array.isArray(schema.type)) {
    const real = schema.type.filter((type) => type !== "null");
    if (real.length === 1) return { ...schema, type: real[0] };
  }
  return schema;
}

function choices(schema: Schema): Choice[] | undefined {
  const variants = [schema.oneOf, schema.anyOf].find(Array.isArray) as unknown[] | undefined;
  const titled = (variants ?? []).filter(isSchema).filter((one) => "const" in one);
  const values: { value: unknown; label?: string }[] = Array.isArray(schema.enum)
    ? schema.enum.map((value: unknown, index) => ({
        value,
        label: Array.isArray(schema.enumNames) ? text(schema.enumNames[index]) : undefined,
      }))
    : titled.length > 0 && titled.length === variants?.length
      ? titled.map((one) => ({ value: one.const, label: text(one.title) }))
      : "const" in schema
        ? [{ value: schema.const }]
        : [];
  if (values.length === 0 || values.length > CHOICES_MAX) return undefined;
  return values.map(({ value, label }, index) => ({
    key: String(index),
    label: label ?? (typeof value === "string" ? value : JSON.stringify(value)),
    value,
  }));
}

const keyOf = (options: readonly Choice[], value: unknown) =>
  options.find((option) => JSON.stringify(option.value) === JSON.stringify(value))?.key;

/** `allOf` as one schema, as far as its parts name different keywords or properties. */
function merged(schema: Schema, root: Schema): Schema {
  if (!Array.isArray(schema.allOf)) return schema;
  const parts = schema.allOf
    .filter(isSchema)
    .slice(0, FIELDS_MAX)
    .map((part) => resolve(part, root));
  const all: Schema = {};
  const properties: Schema = {};
  const required: unknown[] = [];
  for (const { allOf: _inner, ...part } of [...parts, schema]) {
    Object.assign(all, part);
    if (isSchema(part.properties)) Object.assign(properties, part.properties);
    if (Array.isArray(part.required)) required.push(...part.required);
  }
  return Object.keys(properties).length > 0 ? { ...all, properties, required } : all;
}

function arrayShape(schema: Schema, root: Schema, depth: number, budget: { left: number }): FieldShape {
  const given = isSchema(schema.items) ? schema.items : {};
  const item = merged(withoutNull(resolve(given, root), root), root);
  const initial: unknown[] = Array.isArray(schema.default) ? schema.default : [];
  const options = choices(item);
  if (options) {
    return { kind: "choices", initial: initial.flatMap((value) => keyOf(options, value) ?? []), options };
  }
  const { type } = item;
  if (type === "string" || type === "number" || type === "integer") {
    return { kind: "list", initial: initial.map(String), item: type === "string" ? "text" : type };
  }
  if (type === "object" && initial.length === 0 && depth < DEPTH_MAX) {
    const shape = shapeOf(given, root, depth + 1, budget);
    if (shape.kind === "group") {
      const min = Math.min(number(schema.minItems) ?? 0, ITEMS_MAX);
      const max = Math.min(number(schema.maxItems) ?? ITEMS_MAX, ITEMS_MAX);
      const label = text(item.title) ?? fieldMessages.entry;
      // What stands in the list is sent, also when all its fields are optional.
      return {
        kind: "items",
        initial: [],
        item: { name: "", label, description: null, required: true, ...shape },
        min,
        max,
      };
    }
  }
  return { kind: "json", initial: toJson(schema.default), hint: fieldMessages.jsonArray };
}

function shapeOf(given: Schema, root: Schema, depth: number, budget: { left: number }, required = true): FieldShape {
  const schema = merged(withoutNull(resolve(given, root), root), root);
  const fallback = schema.default ?? (Array.isArray(schema.examples) ? undefined : schema.examples);
  const options = choices(schema);
  if (options) {
    // A required value that can only be one is no choice.
    const only = required && "const" in schema ? options[0]?.key : undefined;
    return { kind: "choice", initial: keyOf(options, schema.default) ?? only ?? "", options };
  }
  switch (schema.type) {
    case "string": {
      const maxLength = number(schema.maxLength);
      return {
        kind: "text",
        initial: text(schema.default) ?? "",
        multiline:
          /content|text|body|query|prompt|code|message/i.test(text(schema.title) ?? "") || (maxLength ?? 0) > 300,
        minLength: number(schema.minLength),
        maxLength,
        placeholder: text(schema.format) ?? (Array.isArray(schema.examples) ? text(schema.examples[0]) : undefined),
      };
    }
    case "number":
    case "integer":
      return {
        kind: "number",
        initial: number(schema.default)?.toString() ?? "",
        integer: schema.type === "integer",
        min: number(schema.minimum),
        max: number(schema.maximum),
      };
    case "boolean":
      if (required || typeof schema.default === "boolean") return { kind: "boolean", initial: schema.default === true };
      // An empty check box says "false", which is something else than nothing.
      return {
        kind: "choice",
        initial: "",
        options: [true, false].map((value) => ({ key: String(value), label: String(value), value })),
      };
    case "array":
      return arrayShape(schema, root, depth, budget);
    case "object": {
      const fields = depth < DEPTH_MAX ? fieldsOf(schema, root, depth + 1, budget) : [];
      if (fields.length > 0) return { kind: "group", fields };
      return { kind: "json", initial: toJson(schema.default), hint: fieldMessages.jsonObject };
    }
    default:
      return { kind: "json", initial: toJson(fallback), hint: fieldMessages.jsonValue };
  }
}

function fieldsOf(schema: Schema, root: Schema, depth: number, budget: { left: number }): ToolField[] {
  if (!isSchema(schema.properties)) return [];
  const required = new Set(Array.isArray(schema.required) ? schema.required : []);
  const fields: ToolField[] = [];
  for (const [name, given] of Object.entries(schema.properties)) {
    if (budget.left-- <= 0) return [];
    const property = isSchema(given) ? given : {};
    const resolved = merged(withoutNull(resolve(property, root), root), root);
    fields.push({
      name,
      label: text(resolved.title) ?? name,
      description: text(resolved.description) ?? null,
      required: required.has(name),
      ...shapeOf({ title: name, ...property }, root, depth, budget, required.has(name)),
    });
  }
  return fields;
}

/** The form of a tool; null when its schema is none the form can show and the arguments are edited as one JSON object. */
export function toForm(inputSchema: Schema): ToolField[] | null {
  const root = isSchema(inputSchema) ? inputSchema : {};
  const schema = merged(resolve(root, root), root);
  if (schema.type !== undefined && schema.type !== "object") return null;
  const properties = isSchema(schema.properties) ? Object.keys(schema.properties).length : 0;
  if (properties === 0) return schema.additionalProperties || schema.anyOf || schema.oneOf ? null : [];
  const fields = fieldsOf(schema, root, 0, { left: FIELDS_MAX });
  return fields.length === 0 ? null : fields;
}
