import { fieldMessages } from "../messages.ts";
import type { ToolField } from "./tool-schema.ts";

/** What was typed, by path (`a`, `a.b` as a JSON array of names): text as typed, or the state of a check box. */
export type FormValues = Record<string, string | boolean | string[]>;

export type FormErrors = Record<string, string>;

export type Arguments = Record<string, unknown>;

export const pathKey = (path: readonly string[]): string => JSON.stringify(path);

/** The values a form starts with: the schema's own defaults. */
export function initialValues(fields: readonly ToolField[], parent: readonly string[] = []): FormValues {
  const values: FormValues = {};
  for (const field of fields) {
    const path = [...parent, field.name];
    if (field.kind === "group") Object.assign(values, initialValues(field.fields, path));
    else values[pathKey(path)] = field.initial;
  }
  return values;
}

/** The names of the entries of a list, in their order. */
export function rowsOf(values: FormValues, path: readonly string[]): string[] {
  const rows = values[pathKey(path)];
  return Array.isArray(rows) ? rows : [];
}

/**
 * The values of a form for given arguments. Undefined when the form has no place for one of them, so that nothing is lost.
 */
export function valuesOf(
  fields: readonly ToolField[],
  args: Arguments,
  parent: readonly string[] = [],
): FormValues | undefined {
  const values = Object.fromEntries(
    Object.entries(initialValues(fields, parent)).map(([key, initial]) => [key, emptyOf(initial)]),
  ) as FormValues;
  for (const [name, value] of Object.entries(args)) {
    const field = fields.find((one) => one.name === name);
    const placed = field && placeOf(field, value, [...parent, name]);
    if (!placed) return undefined;
    Object.assign(values, placed);
  }
  return values;
}

const emptyOf = (initial: string | boolean | string[]) =>
  typeof initial === "boolean" ? false : Array.isArray(initial) ? [] : "";

const isObject = (value: unknown): value is Arguments =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function placeOf(field: ToolField, value: unknown, path: readonly string[]): FormValues | undefined {
  const key = pathKey(path);
  const equal = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
  switch (field.kind) {
    case "text":
      return typeof value === "string" ? { [key]: value } : undefined;
    case "number":
      return typeof value === "number" ? { [key]: String(value) } : undefined;
    case "boolean":
      return typeof value === "boolean" ? { [key]: value } : undefined;
    case "choice": {
      const option = field.options.find((one) => equal(one.value, value));
      return option && { [key]: option.key };
    }
    case "choices": {
      if (!Array.isArray(value)) return undefined;
      const keys = value.map((one) => field.options.find((option) => equal(option.value, one))?.key);
      return keys.includes(undefined) ? undefined : { [key]: keys as string[] };
    }
    case "list": {
      const type = field.item === "text" ? "string" : "number";
      const fits = Array.isArray(value) && value.every((one) => typeof one === type && !String(one).includes("\n"));
      return fits ? { [key]: value.map(String) } : undefined;
    }
    case "json":
      return { [key]: JSON.stringify(value, null, 2) };
    case "group":
      return isObject(value) ? valuesOf(field.fields, value, path) : undefined;
    case "items": {
      if (!Array.isArray(value) || value.length > field.max) return undefined;
      const placed: FormValues = { [key]: value.map((_one, index) => String(index)) };
      for (const [index, one] of value.entries()) {
        const inner = placeOf(field.item, one, [...path, String(index)]);
        if (!inner) return undefined;
        Object.assign(placed, inner);
      }
      return placed;
    }
  }
}

type Parsed = { value: unknown } | { error: string } | "absent";

function toNumber(typed: string, integer: boolean): Parsed {
  const value = Number(typed);
  if (!Number.isFinite(value)) return { error: fieldMessages.number };
  if (integer && !Number.isInteger(value)) return { error: fieldMessages.integer };
  return { value };
}

function parseField(field: ToolField, typed: string | boolean | string[] | undefined): Parsed {
  switch (field.kind) {
    case "boolean":
      return { value: typed === true };
    case "text": {
      const value = typeof typed === "string" ? typed : "";
      if (value === "" && !(field.required && field.minLength === 0)) return "absent";
      if (field.minLength !== undefined && value.length < field.minLength)
        return { error: `Must be at least ${field.minLength} characters` };
      if (field.maxLength !== undefined && value.length > field.maxLength)
        return { error: `Must be at most ${field.maxLength} characters` };
      return { value };
    }
    case "number": {
      const text = typeof typed === "string" ? typed.trim() : "";
      if (text === "") return "absent";
      const parsed = toNumber(text, field.integer);
      if (parsed === "absent" || "error" in parsed) return parsed;
      const value = parsed.value as number;
      if (field.min !== undefined && value < field.min) return { error: `Must be ${field.min} or more` };
      if (field.max !== undefined && value > field.max) return { error: `Must be ${field.max} or less` };
      return parsed;
    }
    case "choice": {
      const option = field.options.find(({ key }) => key === typed);
      return option ? { value: option.value } : "absent";
    }
    case "list": {
      const items = Array.isArray(typed) ? typed : [];
      if (items.length === 0) return field.required ? { value: [] } : "absent";
      if (field.item === "text") return { value: items };
      const numbers: unknown[] = [];
      for (const item of items) {
        const parsed =
          item.trim() === "" ? { error: fieldMessages.everyNumber } : toNumber(item, field.item === "integer");
        if (parsed === "absent" || "error" in parsed) return parsed;
        numbers.push(parsed.value);
      }
      return { value: numbers };
    }
    case "json": {
      const text = typeof typed === "string" ? typed.trim() : "";
      if (text === "") return "absent";
      try {
        return { value: JSON.parse(text) };
      } catch {
        return { error: fieldMessages.json };
      }
    }
    case "choices": {
      const chosen = field.options.filter(({ key }) => Array.isArray(typed) && typed.includes(key));
      if (chosen.length === 0) return field.required ? { value: [] } : "absent";
      return { value: chosen.map(({ value }) => value) };
    }
    case "group":
    case "items":
      return "absent";
  }
}

/** Sets an own property whatever its name, `__proto__` included. */
function put(target: Arguments, name: string, value: unknown) {
  Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
}

const isTouched = (fields: readonly ToolField[], values: FormValues, path: readonly string[]): boolean =>
  Object.entries(initialValues(fields, path)).some(
    ([key, initial]) => JSON.stringify(values[key] ?? initial) !== JSON.stringify(initial),
  );

/** Converts the fields into the arguments of a call, or into errors by path. An empty optional field is omitted. */
export function toArguments(
  fields: readonly ToolField[],
  values: FormValues,
  parent: readonly string[] = [],
): { arguments: Arguments; errors: FormErrors } {
  const result: Arguments = {};
  const errors: FormErrors = {};
  for (const field of fields) {
    const path = [...parent, field.name];
    if (field.kind === "group") {
      // An optional group without input is omitted as a whole: its own required fields and defaults do not count.
      if (!field.required && !isTouched(field.fields, values, path)) continue;
      const inner = toArguments(field.fields, values, path);
      Object.assign(errors, inner.errors);
      put(result, field.name, inner.arguments);
      continue;
    }
    if (field.kind === "items") {
      const rows = rowsOf(values, path);
      if (rows.length === 0 && !field.required) continue;
      if (rows.length < field.min) errors[pathKey(path)] = fieldMessages.atLeast(field.min);
      const list = rows.map((row) => {
        const inner = toArguments([{ ...field.item, name: row }], values, path);
        Object.assign(errors, inner.errors);
        return inner.arguments[row];
      });
      put(result, field.name, list);
      continue;
    }
    const parsed = parseField(field, values[pathKey(path)]);
    if (parsed === "absent") {
      if (field.required) errors[pathKey(path)] = fieldMessages.required;
    } else if ("error" in parsed) errors[pathKey(path)] = parsed.error;
    else put(result, field.name, parsed.value);
  }
  return { arguments: result, errors };
}
